# Time estimation with R survey: Rscript estimation_peers.R DATA.csv OUT.json (called by estimation.py)
suppressMessages({library(survey); library(jsonlite)})
peak <- function() as.numeric(sub("[^0-9]*([0-9]+).*", "\\1", grep("VmHWM", readLines("/proc/self/status"), value = TRUE))) / 1024
d <- data.table::fread(commandArgs(TRUE)[1], data.table = FALSE); before <- peak(); out <- list()
des <- svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = d)
go <- function(name, f) { s <- c(); w <- c(); v <- NULL
  for (i in 1:6) { t <- system.time(v <- f()); s <- c(s, t[[1]] + t[[2]]); w <- c(w, t[[3]]); if (w[1] > 8) break }
  r <- if (length(s) > 1) s[-1] else s; wr <- if (length(w) > 1) w[-1] else w
  out[[name]] <<- list(first = s[1], median = median(r), wall = median(wr), repeats = length(r), value = v, peak_mb = peak()); cat(name, s[1], median(r), v, "\n") }
one <- function(m) c(coef(m)[[1]], as.numeric(SE(m))[1])
go("design", function() degf(svydesign(id = ~psu, strata = ~stratum, weights = ~w, data = d)))
go("mean of 3", function() one(svymean(~aware + sat + supp, des)))
go("means by 23 domains", function() { b <- svyby(~aware, ~district, des, svymean); c(coef(b)[[1]], SE(b)[1]) })
go("ratio", function() { b <- svyratio(~income, ~w, des); c(coef(b)[[1]], SE(b)[1]) })
go("median", function() { b <- svyquantile(~income, des, .5); c(coef(b)[[1]], SE(b)[[1]]) })
go("table 5x2, Rao-Scott", function() { b <- svychisq(~group5 + sat, des); c(b$statistic[[1]], b$p.value[[1]]) })
go("logistic, 5 covariates", function() { b <- svyglm(aware ~ x1 + x2 + x3 + x4 + x5, des, family = quasibinomial()); c(coef(b)[[2]], SE(b)[[2]]) })
go("totals by 23 domains", function() { b <- svyby(~aware, ~district, des, svytotal); c(coef(b)[[1]], SE(b)[1]) })
go("3 means by 23 domains, 69x69", function() { b <- svyby(~aware + sat + supp, ~district, des, svymean, covmat = TRUE); c(coef(b)[[1]], SE(b)[[1]][1]) })
write(toJSON(list(memory_before_mb = before, tasks = out, version = as.character(packageVersion("survey"))), digits = NA, auto_unbox = TRUE), commandArgs(TRUE)[2])
