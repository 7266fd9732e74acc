# Reference values of relative speed, maximum percent match and the one-way intraclass correlation, in base R.
#   Rscript responses_quality.R > responses_quality.json
# Relative speed: Leiner (2019), Survey Research Methods 13(3), p. 236: page medians over own times, clipped at 3, mean.
# Percent match: Kuriakose and Robbins (2016), over the columns that both answer, by comparing all pairs one by one.
# Intraclass correlation: from the mean squares of aov(), with the adjusted group size of Shrout and Fleiss' one-way model
# for groups of unequal size.
set.seed(20212)
n <- 60
times <- round(matrix(rexp(n * 6, 1 / 20), n) + 0.5, 1)
times[cbind(sample(n, 25), sample(6, 25, replace = TRUE))] <- NA
times[7, ] <- NA
medians <- apply(times, 2, median, na.rm = TRUE)
factors <- sweep(1 / times, 2, medians, "*")
factors[factors > 3] <- 3
speed <- rowMeans(factors, na.rm = TRUE)

answers <- matrix(sample(0:4, n * 25, replace = TRUE, prob = c(1, 1, 2, 4, 3)), n)
answers[31, ] <- answers[12, ]; answers[31, 3] <- (answers[12, 3] + 1) %% 5
answers[44, ] <- answers[5, ]
answers[cbind(sample(n, 60, replace = TRUE), sample(25, 60, replace = TRUE))] <- NA
answers[50, 1:12] <- NA
match <- rep(NA_real_, n)
for (i in 1:n) for (j in 1:n) if (i != j) {
  both <- !is.na(answers[i, ]) & !is.na(answers[j, ])
  if (sum(both) >= 20) match[i] <- max(match[i], mean(answers[i, both] == answers[j, both]), na.rm = TRUE)
}

who <- sample(7, n, replace = TRUE, prob = 1:7)
x <- rnorm(n) + 0.6 * who
squares <- summary(aov(x ~ factor(who)))[[1]][["Mean Sq"]]
size <- table(who)
n0 <- (n - sum(size^2) / n) / (length(size) - 1)
icc <- (squares[1] - squares[2]) / (squares[1] + (n0 - 1) * squares[2])

line <- function(v) paste0("[", paste(ifelse(is.na(v), "null", formatC(v, digits = 17, format = "g")), collapse = ", "), "]")
rows <- function(m) paste0("[", paste(apply(m, 1, line), collapse = ",\n"), "]")
cat("{\"R\": \"", as.character(getRversion()), "\",\n\"times\": ", rows(times), ",\n\"speed\": ", line(speed),
  ",\n\"answers\": ", rows(answers), ",\n\"match\": ", line(match), ",\n\"who\": ", line(who), ",\n\"x\": ", line(x),
  ",\n\"icc\": ", line(icc), "}\n", sep = "")
