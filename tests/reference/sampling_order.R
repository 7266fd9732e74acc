# Reference values for tests/sampling/test_order_probabilities.py from R alone: the probability of every sample of order
# sampling by numerical integration over the largest ranking variable of the sample, then sums over samples.
# Sequential Poisson: u / pi, so F(t) = min(pi t, 1), piecewise polynomial. Pareto: F(t) = o t / (1 + o t) with the odds
# o of pi, integrated over s = t / (1 + t).
targets <- function(x, n) {
  sure <- rep(FALSE, length(x))
  repeat {
    pi <- ifelse(sure, 1, (n - sum(sure)) * x / sum(x[!sure]))
    if (!any(pi[!sure] >= 1)) return(pi)
    sure <- sure | pi >= 1
  }
}
pieces <- function(f, edges) sum(mapply(function(a, b)
  integrate(f, a, b, rel.tol = 1e-11, abs.tol = 1e-14, subdivisions = 1000)$value, head(edges, -1), tail(edges, -1)))
sample_probability <- function(method, pi, s) {
  others <- setdiff(seq_along(pi), s)
  if (method == "pareto") {
    odds <- pi / (1 - pi)
    cdf <- function(i, v) odds[i] * v / (1 - v + odds[i] * v)
    pdf <- function(i, v) odds[i] / (1 - v + odds[i] * v)^2
    edges <- c(0, 1)
  } else {
    cdf <- function(i, v) pmin(pi[i] * v, 1)
    pdf <- function(i, v) ifelse(pi[i] * v < 1, pi[i], 0)
    edges <- c(0, sort(unique(1 / pi)))
  }
  last <- function(i) function(v) {
    value <- pdf(i, v)
    for (j in setdiff(s, i)) value <- value * cdf(j, v)
    for (k in others) value <- value * (1 - cdf(k, v))
    value
  }
  sum(sapply(s, function(i) pieces(last(i), edges)))
}
joint <- function(method, x, n) {
  pi <- targets(x, n)
  open <- which(pi < 1)
  m <- matrix(0, length(x), length(x))
  chosen <- combn(length(open), n - sum(pi == 1), simplify = FALSE)
  p <- sapply(chosen, function(s) sample_probability(method, pi[open], s))
  stopifnot(abs(sum(p) - 1) < 1e-10)
  for (k in seq_along(chosen)) {
    s <- c(which(pi == 1), open[chosen[[k]]])
    m[s, s] <- m[s, s] + p[k]
  }
  m
}
cases <- list(
  "two" = list(c(1, 3), 1), "three" = list(c(3, 1, 2), 1), "rising" = list(1:6, 3), "with certainty" = list(1:6, 5),
  "equal" = list(rep(1, 5), 2), "skew" = list(c(0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8), 4),
  "eight" = list(c(3.1, 0.4, 1.7, 2.6, 0.9, 1.2, 2.5, 0.8), 3)
)
rows <- list()
for (method in c("sequential_poisson", "pareto")) for (name in names(cases)) {
  m <- joint(method, cases[[name]][[1]], cases[[name]][[2]])
  for (i in seq_len(nrow(m))) for (j in seq_len(i)) rows[[length(rows) + 1]] <- data.frame(
    method = method, name = name, size = paste(cases[[name]][[1]], collapse = " "), n = cases[[name]][[2]],
    row = i, column = j, value = format(m[i, j], digits = 17))
}
out <- do.call(rbind, rows)
out$r <- R.version.string
write.csv(out, "tests/reference/sampling_order.csv", row.names = FALSE)
