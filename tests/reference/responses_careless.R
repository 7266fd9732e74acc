# Reference values of the response-pattern indices from the R package careless.
#   Rscript responses_careless.R [folder with the package's R files, when it is not installed]
# Written for: longstring(avg = TRUE), irv, and the distance that mahad() returns for complete data
# (stats::mahalanobis, which needs no package psych).
args <- commandArgs(trailingOnly = TRUE)
if (length(args) == 1) {
  for (file in list.files(args[1], pattern = "[.]R$", full.names = TRUE)) source(file)
  version <- "1.2.2 (sources)"
} else {
  library(careless)
  version <- as.character(packageVersion("careless"))
}
set.seed(20211)
n <- 240; k <- 12
attitude <- rnorm(n)
x <- sapply(1:k, function(j) pmin(5, pmax(1, round(3 + 1.1 * attitude + 0.9 * rnorm(n)))))
x[1, ] <- 4; x[2, ] <- rep(c(1, 5), 6); x[3, ] <- rep(1:4, 3); x[4, ] <- c(rep(5, 9), 1, 2, 3)
x[5, ] <- c(rep(1, 6), rep(5, 6))
colnames(x) <- paste0("q", 1:k)
holes <- x
holes[cbind(sample(n, 80, replace = TRUE), sample(k, 80, replace = TRUE))] <- NA
runs <- longstring(x, avg = TRUE)
distance <- mahalanobis(x[6:n, ], colMeans(x[6:n, ]), cov(x[6:n, ]))
number <- function(v) ifelse(is.na(v), "null", format(v, digits = 17, trim = TRUE, scientific = FALSE))
line <- function(name, v) sprintf('"%s": [%s]', name, paste(number(as.vector(v)), collapse = ","))
rows <- function(name, m) sprintf('"%s": [%s]', name,
  paste(apply(m, 1, function(r) sprintf("[%s]", paste(number(r), collapse = ","))), collapse = ",\n"))
out <- c(sprintf('"r": "%s"', R.version.string), sprintf('"careless": "%s"', version), rows("x", x), rows("holes", holes),
  line("longstr", runs$longstr), line("avgstr", runs$avgstr), line("irv", irv(x)), line("irv_holes", irv(holes)),
  line("mahad_from_row_6", distance), line("mahad_cut_99", qchisq(.99, k)))
path <- sub("[.]R$", ".json", sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
writeLines(paste0("{\n", paste(out, collapse = ",\n"), "\n}"), path)
