# Quantiles with every rule and interval, variances, covariances (R survey 4.5). Proves: rules, Woodruff and score intervals.
suppressMessages({library(survey); library(jsonlite)})
rd <- function(n) read.csv(file.path("data", paste0(n, ".csv")), check.names = FALSE)
strat <- rd("apistrat"); c1 <- rd("apiclus1"); c2 <- rd("apiclus2")
designs <- list(strat = svydesign(ids = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat),
  clus1 = svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = c1), clus2 = svydesign(ids = ~dnum + snum, fpc = ~fpc1 + fpc2, data = c2))
rules <- c("math", "school", "shahvaish", "hf1", "hf2", "hf3", "hf4", "hf5", "hf6", "hf7", "hf8", "hf9")
ps <- c(.05, .25, .5, .9)
one <- function(d, v, r, i, p = ps) { q <- svyquantile(v, d, p, qrule = r, interval.type = i, na.rm = TRUE)[[1]]; unname(as.matrix(q)) }
res <- lapply(designs, function(d) list(
  rules = sapply(rules, function(r) one(d, ~api00, r, "mean"), simplify = FALSE),
  growth = sapply(rules, function(r) one(d, ~growth, r, "mean", c(.2, .5)), simplify = FALSE),
  intervals = sapply(c("mean", "beta", "xlogit", "asin"), function(i) one(d, ~api00, "math", i), simplify = FALSE),
  score = lapply(c(.25, .5, .75), function(p) one(d, ~api00, "math", "score", p)),
  domain = one(subset(d, comp.imp == "Yes"), ~api00, "hf7", "mean"),
  var = { v <- svyvar(~api00, d); c(coef(v), SE(v)) },
  cov = { v <- svyvar(~api00 + enroll, d, na.rm = TRUE); c(as.matrix(v)[1, 2], sqrt(diag(attr(v, "var")))[2]) },
  cor = { v <- svyvar(~api00 + enroll, d, na.rm = TRUE); nm <- c("a", "c", "c2", "b"); m <- as.vector(unclass(v)); V <- attr(v, "var")
    r <- m[2] / sqrt(m[1] * m[4]); g <- c(-r / (2 * m[1]), 1 / sqrt(m[1] * m[4]), 0, -r / (2 * m[4])); c(r, sqrt(drop(t(g) %*% V %*% g))) }))
res$versions <- list(R = R.version.string, survey = as.character(packageVersion("survey")))
write(toJSON(res, digits = NA, auto_unbox = TRUE, na = "null"), "estimation_quantiles.json")
