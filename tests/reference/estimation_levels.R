# Levels without a row, and several levels as one, on the api data (R survey 4.1).
# Proves: declared levels keep their row with share and total 0; a box of levels is the mean of its indicator.
# Run in tests/reference:  Rscript estimation_levels.R   (needs survey)
suppressMessages(library(survey))
c1 <- read.csv(file.path("data", "apiclus1.csv"), check.names = FALSE)
c1$q <- cut(c1$api00, c(0, 500, 600, 700, 800, 2000), labels = FALSE)
c1$f <- factor(c1$stype, levels = c("E", "H", "K", "M"))
d <- svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = c1)
share <- svymean(~f, d); total <- svytotal(~f, d)
box <- svymean(~I(q %in% c(4, 5)), d); by <- svyby(~as.numeric(q %in% c(4, 5)), ~stype, d, svymean)
ci <- attr(svyciprop(~I(q %in% c(4, 5)), d, method = "logit"), "ci")
res <- list(share = unname(coef(share)), share_cov = unname(vcov(share)), total = unname(coef(total)),
  total_cov = unname(vcov(total)), box = unname(c(coef(box)[2], SE(box)[2])), box_ci = as.numeric(ci),
  box_by = unname(coef(by)), box_by_se = unname(SE(by)))
row <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ", "), "]")
json <- function(x) if (is.matrix(x)) paste0("[", paste(apply(x, 1, row), collapse = ", "), "]") else row(x)
lines <- paste0('  "', names(res), '": ', vapply(res, json, ""), collapse = ",\n")
writeLines(c("{", lines, "}"), "estimation_levels.json")
