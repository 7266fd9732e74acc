# Reference values for surveykit.weighting.fay_herriot: metafor's random-effects meta-regression is the same model.
# Run: Rscript tests/reference/weighting_fay_herriot.R > tests/reference/weighting_fay_herriot.json
suppressMessages(library(metafor))
set.seed(20)
m <- 23
x <- round(rnorm(m), 6); psi <- round(runif(m, 0.5, 2), 6)
y <- round(10 + 2 * x + rnorm(m, sd = 1.2) + rnorm(m, sd = sqrt(psi)), 6)
fit <- rma(y, psi, mods = ~x, method = "REML", control = list(threshold = 1e-14, maxiter = 1000))
best <- blup(fit)
num <- function(v) paste0("[", paste(sprintf("%.15g", v), collapse = ","), "]")
cat(sprintf('{"record": "R %s, metafor %s", "x": %s, "psi": %s, "y": %s, "area_variance": %.15g, "coefficients": %s, "coefficients_se": %s, "eblup": %s, "eblup_se_without_g3": %s}\n',
  getRversion(), packageVersion("metafor"), num(x), num(psi), num(y), fit$tau2, num(fit$beta), num(fit$se), num(best$pred), num(best$se)))
