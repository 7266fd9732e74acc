# Variance of two stages, the first drawn with probability proportional to size, with one certain village.
# Rscript multistage_variance.R writes data/multistage_sample.csv and multistage_variance.csv beside this file.
suppressMessages(library(survey))
options(survey.lonely.psu = "fail", digits = 17)

# 5 villages in each of two strata, the fifth of the first one certain; 4 households in each, 8 in the certain one.
villages <- data.frame(
  village = sprintf("v%02d", 1:10), stratum = rep(c("a", "b"), each = 5),
  p1 = c(0.31, 0.22, 0.47, 0.12, 1, 0.25, 0.4, 0.33, 0.18, 0.29),
  take = c(4, 4, 4, 4, 8, 4, 4, 4, 4, 4), size = c(31, 22, 47, 12, 160, 25, 40, 33, 18, 29)
)
s <- villages[rep(1:10, villages$take), ]
s$hh <- sprintf("h%02d", seq_len(nrow(s)))
k <- seq_len(nrow(s))
s$y <- round(40 + 10 * sin(k) + 5 * cos(as.integer(factor(s$village)) * 3), 6)
s$g <- ifelse(k %% 3 == 0, "x", "z")
s$p2 <- s$take / s$size
s$w <- 1 / (s$p1 * s$p2)
s$variance_stratum <- ifelse(s$p1 == 1, s$village, s$stratum)
s$variance_psu <- ifelse(s$p1 == 1, s$hh, s$village)
s$inner <- 1e-12
write.csv(s, "data/multistage_sample.csv", row.names = FALSE)

out <- data.frame()
keep <- function(design, name) {
  total <- svytotal(~y, design); mean <- svymean(~y, design); by <- svyby(~y, ~g, design, svymean)
  out <<- rbind(out, data.frame(design = name, statistic = c("total", "mean", "mean_x", "mean_z"),
    estimate = c(coef(total), coef(mean), coef(by)), std_error = c(SE(total), SE(mean), SE(by)), df = degf(design)))
}
# With replacement, the certain village a stratum of its own with households as units.
keep(svydesign(id = ~variance_psu, strata = ~variance_stratum, weights = ~w, data = s, nest = TRUE), "with_replacement")
# Brewer's form at the first stage; the certain village by its probability of one, and households with replacement.
keep(svydesign(id = ~village + hh, strata = ~variance_stratum, fpc = ~p1 + inner, weights = ~w, data = s,
  pps = "brewer", nest = TRUE), "first_stage")
# Both stages without replacement.
keep(svydesign(id = ~village + hh, strata = ~variance_stratum, fpc = ~p1 + p2, weights = ~w, data = s,
  pps = "brewer", nest = TRUE), "both_stages")
out$version <- as.character(packageVersion("survey"))
write.csv(out, "multistage_variance.csv", row.names = FALSE)
