# Random-effects shrinkage (metafor), Holm's adjustment (stats), for the small case and PISA-like values.
library(metafor)
library(jsonlite)
y <- c(92.0, 91.2, 88.4, 88.1, 85.0, 79.3)
se <- c(1.5, 1.6, 1.4, 2.0, 1.8, 2.2)
control <- list(threshold = 1e-14, maxiter = 10000, stepadj = 0.9)
one <- function(y, V) {
  fit <- rma(yi = y, vi = V, method = "REML", control = control)
  b <- blup(fit)
  list(estimate = y, variance = V, tau2 = fit$tau2, mean = as.numeric(fit$beta), mean_error = fit$se,
       shrunken = as.numeric(b$pred), shrunken_error = as.numeric(b$se))
}
p <- c(0.001, 0.2, 0.013, 0.04, 0.04, 0.7, 0.0004)
# difference from the mean of all units, independent estimates
w <- c(3, 1, 2, 2, 1, 1); w <- w / sum(w)
A <- diag(6) - matrix(w, 6, 6, byrow = TRUE)
d <- as.numeric(A %*% y); v <- diag(A %*% diag(se^2) %*% t(A))
df <- 12
write_json(list(
  made_with = list(R = R.version.string, metafor = as.character(packageVersion("metafor"))),
  small = one(y, se^2), equal = one(c(81, 83, 80.5, 82, 81.7), rep(4, 5)),
  holm = list(p = p, adjusted = p.adjust(p, "holm")),
  mean = list(estimate = y, std_error = se, weights = w, difference = d, error = sqrt(v), df = df,
              p_normal = p.adjust(2 * pnorm(-abs(d) / sqrt(v)), "holm"),
              p_t = p.adjust(2 * pt(-abs(d) / sqrt(v), df), "holm")),
  critical = list(kww_23 = qnorm(1 - (1 - 0.95^(1 / 23)) / 2), kww_6 = qnorm(1 - (1 - 0.95^(1 / 6)) / 2))
), "scoring_simple.json", digits = NA, auto_unbox = TRUE)
