# Rake or calibrate one table with R survey; called by weighting.py. Prints [elapsed, processor] seconds as JSON.
suppressMessages(library(survey))
args <- commandArgs(trailingOnly = TRUE)
d <- read.csv(args[2], colClasses = c(rep("character", 4), "numeric"))
m <- read.csv(args[3], colClasses = c("character", "character", "numeric"))
for (v in unique(m$variable)) d[[v]] <- factor(d[[v]], levels = m$level[m$variable == v])
des <- svydesign(ids = ~1, weights = ~w, data = d)
pop <- c(`(Intercept)` = sum(m$population[m$variable == m$variable[1]]))
for (v in unique(m$variable)) { k <- m[m$variable == v, ][-1, ]; pop[paste0(v, k$level)] <- k$population }
form <- as.formula(paste("~", paste(unique(m$variable), collapse = "+")))
run <- switch(args[1],
  rake = function() rake(des, lapply(unique(m$variable), function(v) as.formula(paste("~", v))),
    lapply(unique(m$variable), function(v) setNames(m[m$variable == v, c("level", "population")], c(v, "Freq"))),
    control = list(maxit = 500, epsilon = 1e-6, verbose = FALSE)),
  linear = function() calibrate(des, form, pop),
  raking = function() calibrate(des, form, pop, calfun = "raking", epsilon = 1e-8),
  logit = function() calibrate(des, form, pop, calfun = "logit", bounds = c(0.2, 6), epsilon = 1e-8))
seconds <- c()
for (i in 1:3) {
  t <- proc.time(); made <- run(); t <- proc.time() - t
  seconds <- c(seconds, sprintf("[%.3f,%.3f]", t[["elapsed"]], t[["user.self"]] + t[["sys.self"]]))
}
writeLines(sprintf("%.17g", weights(made)), args[4])
cat(sprintf("[%s]\n", paste(seconds, collapse = ",")))
