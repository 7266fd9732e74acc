# Reference values for surveykit.weighting from R survey, on its api data.
# Run: Rscript tests/reference/weighting_api.R > tests/reference/weighting_api.json
suppressMessages(library(survey))
data(api)
num <- function(x) paste0("[", paste(sprintf("%.17g", x), collapse = ","), "]")
entry <- function(name, design, extra = NULL) {
  m <- svymean(~api00, design); t <- svytotal(~enroll, design, na.rm = TRUE)
  r <- svyratio(~api.stu, ~enroll, design, na.rm = TRUE)
  b <- svyby(~api00, ~stype, design, svymean)
  sprintf('"%s": {"weights": %s, "mean": %s, "mean_se": %s, "ratio": %s, "ratio_se": %s, "by": %s, "by_se": %s}',
    name, num(weights(design, "sampling")), num(coef(m)), num(SE(m)), num(coef(r)), num(SE(r)), num(coef(b)), num(SE(b)))
}
clus1 <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
strat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
srs <- svydesign(id = ~1, weights = ~pw, data = apisrs, fpc = ~fpc)
clus2 <- svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2)
stype <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
wide <- data.frame(sch.wide = c("No", "Yes"), Freq = c(1072, 5122))
tight <- list(maxit = 500, epsilon = 1e-12, verbose = FALSE)
tot <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018)
tot99 <- c(tot, api99 = 3914069)
e <- 1e-13
out <- c(
  entry("clus1", clus1),
  entry("clus1_poststratify", ps <- postStratify(clus1, ~stype, stype)),
  entry("clus1_rake", rk <- rake(clus1, list(~stype, ~sch.wide), list(stype, wide), control = tight)),
  entry("clus1_poststratify_rake", rake(ps, list(~stype, ~sch.wide), list(stype, wide), control = tight)),
  entry("clus1_calibrate_stype", calibrate(clus1, ~stype, tot)),
  entry("clus1_linear", calibrate(clus1, ~stype + api99, tot99)),
  entry("clus1_linear_variance", calibrate(clus1, ~stype + api99, tot99, variance = apiclus1$api99)),
  entry("clus1_numeric_only", calibrate(clus1, ~api99 - 1, c(api99 = 3914069))),
  entry("clus1_raking", calibrate(clus1, ~stype + api99, tot99, calfun = "raking", epsilon = e)),
  entry("clus1_logit", calibrate(clus1, ~api99, tot99[c(1, 4)], calfun = "logit", bounds = c(0.3, 2.5), epsilon = e)),
  entry("clus1_truncated", calibrate(clus1, ~api99, tot99[c(1, 4)], bounds = c(0.6, 1.5), epsilon = e)),
  entry("clus1_truncated_raking", calibrate(clus1, ~api99, tot99[c(1, 4)], calfun = "raking", bounds = c(0.6, 1.5), epsilon = e)),
  entry("clus1_weight_bounds", calibrate(clus1, ~api99, tot99[c(1, 4)], bounds = c(20, 50), bounds.const = TRUE, epsilon = e)),
  entry("clus1_integrative", calibrate(clus1, ~stype, tot, aggregate.stage = 1)),
  entry("clus1_integrative_raking", calibrate(clus1, ~api99, tot99[c(1, 4)], aggregate.stage = 1, calfun = "raking", epsilon = e)),
  entry("clus1_trim", trimWeights(calibrate(clus1, ~stype + api99, tot99), lower = 25, upper = 45)),
  entry("clus1_trim_strict", trimWeights(ps, lower = 25, upper = 36, strict = TRUE)),
  entry("strat_rake", rake(strat, list(~stype, ~sch.wide), list(stype, wide), control = tight)),
  entry("strat_raking_numeric", calibrate(strat, ~stype + api99, tot99, calfun = "raking", epsilon = e)),
  entry("srs_poststratify", postStratify(srs, ~stype, stype)),
  entry("srs_poststratify_two", postStratify(srs, ~stype + sch.wide, as.data.frame(xtabs(~stype + sch.wide, apipop)))),
  entry("clus2_linear", calibrate(clus2, ~stype, tot)),
  entry("clus2_logit", calibrate(clus2, ~stype + sch.wide, c(tot, sch.wideYes = 5122), calfun = "logit", bounds = c(0.2, 3), epsilon = e)),
  entry("clus2_rake", rake(clus2, list(~stype, ~sch.wide), list(stype, wide), control = tight))
)
jk <- as.svrepdesign(clus1); jks <- as.svrepdesign(strat)
out <- c(out,
  entry("jk1_poststratify", postStratify(jk, ~stype, stype)),
  entry("jk1_rake", rake(jk, list(~stype, ~sch.wide), list(stype, wide), control = tight)),
  entry("jk1_linear", calibrate(jk, ~stype + api99, tot99)),
  entry("jk1_raking", calibrate(jk, ~stype + api99, tot99, calfun = "raking", epsilon = e)),
  entry("jkn_rake", rake(jks, list(~stype, ~sch.wide), list(stype, wide), control = tight))
)
both <- as.data.frame(xtabs(~stype + sch.wide, apipop))
cross <- paste0("[", paste(sprintf('["%s", "%s", %d]', both$stype, both$sch.wide, as.integer(both$Freq)), collapse = ", "), "]")
cat("{\n", sprintf('"record": "R %s, survey %s",\n', getRversion(), packageVersion("survey")),
    sprintf('"cross": %s,\n', cross), paste(out, collapse = ",\n"), "\n}\n", sep = "")
