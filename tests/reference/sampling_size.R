# Reference values for tests/sampling/test_size.py: sizes with base R.
rows <- list()
add <- function(name, value) rows[[length(rows) + 1]] <<- data.frame(name = name, value = format(value, digits = 17))
for (case in list(c(.5, .6, .8), c(.85, .9, .9), c(.05, .1, .8))) {
  r <- power.prop.test(p1 = case[1], p2 = case[2], power = case[3], tol = .Machine$double.eps^.75)
  add(paste("power", case[1], case[2], case[3]), r$n)
}
w <- prop.test(34, 40, correct = FALSE)$conf.int
add("wilson 34 40 low", w[1]); add("wilson 34 40 high", w[2])
add("tukey 23 0.95", qtukey(.95, 23, Inf)); add("tukey 5 0.9", qtukey(.9, 5, Inf))
out <- do.call(rbind, rows)
out$version <- R.version.string
write.csv(out, "tests/reference/sampling_size.csv", row.names = FALSE)
