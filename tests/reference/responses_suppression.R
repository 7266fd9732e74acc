# Local suppression of sdcMicro 5.8.1 on its own examples: testdata2, testdata and francdat, with its default importance.
# sdcMicro itself need not be installed: its R/localSuppression.R and src/calcSuppInds.cpp are run as they are. Its
# freqCalc with alpha = 1 is written out here, and without weights the risk by which it sorts is 1 / fk.
# The package's own test expects 97 new suppressions for testdata2 and k = 2, which this reproduces.
# Call: Rscript responses_suppression.R <source folder of sdcMicro>; writes responses_suppression.json beside itself.
suppressMessages({library(data.table); library(Rcpp)})
source_folder <- commandArgs(TRUE)[1]
sourceCpp(file.path(source_folder, "src/calcSuppInds.cpp"))
lines <- readLines(file.path(source_folder, "R/localSuppression.R"))
first <- grep("^suppSubset <- function", lines)
last <- grep("^#' Print method", lines)[1] - 1
eval(parse(text = paste(lines[first:last], collapse = "\n")))
freqCalc <- function(x, keyVars, alpha = 1) {
  codes <- sapply(as.data.frame(x)[, keyVars, drop = FALSE], function(v) as.integer(factor(v)))
  fits <- function(i) {
    ok <- rep(TRUE, nrow(codes))
    for (k in seq_len(ncol(codes))) ok <- ok & (is.na(codes[, k]) | is.na(codes[i, k]) | codes[, k] == codes[i, k])
    sum(ok)
  }
  list(fk = sapply(seq_len(nrow(codes)), fits))
}
indivRisk <- function(counted) list(rk = 1 / counted$fk)
for (name in c("francdat.rda", "testdata2.RData", "testdata.RData")) load(file.path(source_folder, "data", name))
keys <- c("urbrur", "roof", "walls", "water", "electcon", "relat", "sex")
examples <- list(testdata2 = testdata2[, keys], testdata = testdata[, keys], francdat = francdat[, c(2, 4, 5, 6)])
quoted <- function(x) paste0("[", paste(x, collapse = ","), "]")
told <- sapply(names(examples), function(name) {
  table <- examples[[name]]
  distinct <- as.data.table(table)[, .N, by = names(table)]
  rows <- apply(distinct, 1, quoted)
  new <- sapply(if (name == "francdat") 2 else c(2, 3, 5), function(k) {
    done <- localSuppressionWORK(table, seq_along(table), NULL, k = k, combs = NULL, alpha = 1)
    sprintf('"%d":%d', k, as.integer(done$newSupps))
  })
  sprintf('"%s":{"keys":[%s],"suppressed":{%s},\n"combinations":[%s]}', name, paste0('"', names(table), '"', collapse = ","),
          paste(new, collapse = ","), paste(rows, collapse = ","))
})
fk <- freqCalc(francdat, c(2, 4, 5, 6))$fk
writeLines(sprintf('{%s,\n"francdat_fk":%s}', paste(told, collapse = ",\n"), quoted(fk)), "responses_suppression.json")
