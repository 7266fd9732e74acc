# Means, totals, ratios, proportions, domains, design effects and intervals on the api data and nhanes (R survey 4.5).
# Proves: the kernel for element, stratified, one- and two-stage designs with and without fpc, lonely PSU rules, calibration.
# Run in tests/reference:  Rscript estimation_basic.R   (needs survey >= 4.5 and jsonlite)
suppressMessages({library(survey); library(jsonlite)})
rd <- function(n) read.csv(file.path("data", paste0(n, ".csv")), check.names = FALSE)
srs <- rd("apisrs"); strat <- rd("apistrat"); c1 <- rd("apiclus1"); c2 <- rd("apiclus2"); nh <- rd("nhanes")
designs <- list(
  srs = svydesign(ids = ~1, weights = ~pw, fpc = ~fpc, data = srs),
  strat = svydesign(ids = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat),
  strat_wr = svydesign(ids = ~1, strata = ~stype, weights = ~pw, data = strat),
  clus1 = svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = c1),
  clus1_wr = svydesign(ids = ~dnum, weights = ~pw, data = c1),
  clus2 = svydesign(ids = ~dnum + snum, fpc = ~fpc1 + fpc2, data = c2),
  clus2_wr = svydesign(ids = ~dnum + snum, weights = ~pw, data = c2))
block <- function(d) {
  m <- svymean(~api00 + enroll, d, na.rm = TRUE, deff = TRUE); mr <- svymean(~api00, d, deff = "replace")
  tt <- svytotal(~enroll, d, na.rm = TRUE, deff = TRUE); r <- svyratio(~api.stu, ~enroll, d, deff = TRUE, na.rm = TRUE)
  b <- svyby(~api00 + api99, ~stype, d, svymean, covmat = TRUE, deff = TRUE); f <- svymean(~stype, d)
  s <- subset(d, comp.imp == "Yes"); ms <- svymean(~api00, s)
  ci <- sapply(c("logit", "xlogit", "likelihood", "asin", "beta", "mean", "wilson"), function(k)
    as.numeric(attr(svyciprop(~I(sch.wide == "Yes"), d, method = k), "ci")))
  list(mean_api00 = c(coef(svymean(~api00, d)), SE(svymean(~api00, d))), df = degf(d),
       mean_deff_wr = as.numeric(deff(mr)), mean_deff = as.numeric(deff(svymean(~api00, d, deff = TRUE))),
       total = c(coef(tt), SE(tt), deff(tt)), ratio = c(coef(r), SE(r), deff(r)),
       by = as.numeric(coef(b)), by_cov = unname(vcov(b)), by_names = names(coef(b)), by_deff = unname(as.matrix(deff(b))),
       counts = { k <- svytotal(~stype, d, deff = TRUE); list(total = unname(coef(k)), cov = unname(vcov(k)), deff = unname(deff(k))) },
       stype = as.numeric(coef(f)), stype_cov = unname(vcov(f)),
       where = c(coef(ms), SE(ms), degf(s)), ci = as.data.frame(ci), t_ci = as.numeric(confint(svymean(~api00, d), df = degf(d))))
}
res <- lapply(designs, block)
nd <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nh)
nb <- svyby(~HI_CHOL, ~race, nd, svymean, na.rm = TRUE); nsub <- subset(nd, race == 4 & !is.na(HI_CHOL))
res$nhanes <- list(mean = c(coef(svymean(~HI_CHOL, nd, na.rm = TRUE)), SE(svymean(~HI_CHOL, nd, na.rm = TRUE))),
  by = as.numeric(coef(nb)), by_se = as.numeric(SE(nb)), df4 = degf(nsub), df = degf(nd),
  ci4 = as.numeric(attr(svyciprop(~HI_CHOL, nsub, method = "logit"), "ci")))
lon <- strat[strat$stype != "H" | cumsum(strat$stype == "H") == 1, ]
for (rule in c("certainty", "adjust", "average")) {
  options(survey.lonely.psu = rule)
  ld <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = lon)
  res$lonely[[rule]] <- c(SE(svymean(~api00, ld)), SE(svytotal(~api00, ld)), SE(svymean(~api00, subset(ld, comp.imp == "Yes"))))
}
options(survey.lonely.psu = "fail")
d <- designs$clus1
pt <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018)); ps <- postStratify(d, ~stype, pt)
cal <- calibrate(d, ~stype + api99, c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069))
sw <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122)); rk <- rake(d, list(~stype, ~sch.wide), list(pt, sw))
psrk <- rake(ps, list(~stype, ~sch.wide), list(pt, sw)); cr <- calibrate(d, ~stype, c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018), calfun = "raking")
calb <- function(x) list(weights = as.numeric(weights(x)), mean = c(coef(svymean(~api00, x)), SE(svymean(~api00, x))),
  total = c(coef(svytotal(~enroll, x)), SE(svytotal(~enroll, x))),
  by = as.numeric(coef(svyby(~api00, ~comp.imp, x, svymean))), by_se = as.numeric(SE(svyby(~api00, ~comp.imp, x, svymean))))
res$adjusted <- list(before = as.numeric(weights(d)), poststratify = calb(ps), calibrate = calb(cal), rake = calb(rk), poststratify_rake = calb(psrk), raking_distance = calb(cr))
psw <- function(x) lapply(x$postStrata[[length(x$postStrata)]], function(m) as.numeric(attr(m, "weights")))
res$adjusted$rake$margin_weights <- psw(rk); res$adjusted$poststratify_rake$margin_weights <- psw(psrk)
res$versions <- list(R = R.version.string, survey = as.character(packageVersion("survey")))
write(toJSON(res, digits = NA, auto_unbox = TRUE), "estimation_basic.json")
