# Reference values for tests/estimation/test_degenerate.py: cases at the edge where R gives an answer that is right.
# The data are made by formulas, the same in the test. Run: Rscript estimation_degenerate.R > estimation_degenerate.json
suppressMessages(library(survey))
num <- function(x) paste0("[", paste(ifelse(is.na(x), "null", format(as.numeric(x), digits = 15, trim = TRUE)), collapse = ", "), "]")

likelihood <- function(k) {
  d <- data.frame(y = rep((0:59 %% 5 < 3) * 1, each = k), c = rep(0:59, each = k), w = rep(1 + 0:59 %% 3, each = k))
  num(confint(svyciprop(~y, svydesign(~c, weights = ~w, data = d), method = "likelihood")))
}

# A table with structural zeros (no cell (0, 2), none (2, 0)) in which neither column determines the other.
i <- 0:599
zeros <- data.frame(a = i %% 3, b = (i %/% 3) %% 3, c = i %/% 10, w = 1 + (7 * i) %% 11)
zeros$b[zeros$a == 0 & zeros$b == 2] <- 1
zeros$b[zeros$a == 2 & zeros$b == 0] <- 2
D <- svydesign(~c, weights = ~w, data = zeros)
table_of <- function(s) {
  t <- svychisq(~ a + b, D, statistic = s)
  num(c(t$statistic, t$parameter, t$p.value))
}

# A rating whose median is the top category beyond doubt.
top <- data.frame(y = 5 - (i %% 10 < 4) * (1 + i %% 3), w = 0.3 + ((13 * i) %% 29) / 10)
q <- svyquantile(~y, svydesign(~1, weights = ~w, data = top), c(0.5, 0.9))[[1]]

cat("{\n")
cat('"likelihood": {', paste(sprintf('"%d": %s', c(20, 40, 200), sapply(c(20, 40, 200), likelihood)), collapse = ", "), "},\n")
cat('"zeros": {', paste(sprintf('"%s": %s', c("F", "Chisq", "Wald", "adjWald"), sapply(c("F", "Chisq", "Wald", "adjWald"), table_of)), collapse = ", "), "},\n")
cat('"top": [', paste(apply(q, 1, num), collapse = ", "), "],\n")
cat('"versions": {"R": "', R.version.string, '", "survey": "', as.character(packageVersion("survey")), '"}\n}\n', sep = "")
