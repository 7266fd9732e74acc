# Reference values for surveykit.weighting.quality.response_quality: R-indicator, its bias and standard error, with R's glm.
# Run: Rscript tests/reference/weighting_r_indicator.R > tests/reference/weighting_r_indicator.json
# Formulas: Shlomo, Skinner and Schouten (2012); "published" as there, the others as docs/methods/weighting.md says.
set.seed(7)
n <- 900
d <- data.frame(a = sample(1:3, n, TRUE), b = sample(1:2, n, TRUE), h = sample(1:2, n, TRUE, c(.4, .6)))
base <- c(12, 20)[d$h]
d$r <- rbinom(n, 1, plogis(0.3 - 0.5 * (d$a == 2) + 0.5 * (d$b == 2)))
num <- function(v) paste0("[", paste(sprintf("%.15g", v), collapse = ","), "]")
made <- function(w, sandwich) {
  fit <- glm(r ~ factor(a) + factor(b), binomial, d, weights = w / mean(w), control = list(epsilon = 1e-14))
  p <- fitted(fit); x <- model.matrix(fit); z <- p * (1 - p) * x
  bread <- vcov(fit)
  v <- if (sandwich) bread %*% crossprod(x * (w / mean(w)), x * (w / mean(w)) * p * (1 - p)) %*% bread else bread
  m <- weighted.mean(p, w); e <- p - m; g <- sweep(z, 2, apply(z, 2, weighted.mean, w))
  a <- w / sum(w) * n / (n - 1); s2 <- sum(a * e^2)
  noise <- (t(g * a) %*% g) %*% v; A <- t(g) %*% (a * e); tr2 <- sum(diag(noise %*% noise))
  u <- w / sum(w) * (e^2 - sum(w * e^2) / sum(w))
  part <- function(h) { k <- length(h); (1 - k / sum(w[h])) * k * var(u[h]) }
  vs <- sum(sapply(split(seq_len(n), d$h), part))
  var <- 4 * t(A) %*% v %*% A - 2 * tr2 + vs
  left <- s2 - sum(diag(noise))
  c(1 - 2 * sqrt(s2), 1 - 2 * sqrt(left), sqrt(var / left), m,
    1 - 2 * sqrt(s2 - sum(w / sum(w) * rowSums((z %*% v) * z)) + 0))
}
weighted <- made(base, TRUE)
plain <- made(rep(1, n), FALSE)
cat(suppressWarnings(sprintf('{"record": "R %s, glm", "a": %s, "b": %s, "h": %s, "r": %s, "weighted": %s, "plain": %s}\n',
  getRversion(), num(d$a), num(d$b), num(d$h), num(d$r), num(weighted), num(plain))))
