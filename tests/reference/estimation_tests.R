# Rao-Scott and Wald tests, t tests, rank tests, goodness of fit, likelihood intervals, alpha (R survey 4.5).
suppressMessages({library(survey); library(jsonlite)})
rd <- function(n) read.csv(file.path("data", paste0(n, ".csv")), check.names = FALSE)
strat <- rd("apistrat"); c1 <- rd("apiclus1"); c2 <- rd("apiclus2"); nh <- rd("nhanes")
D <- list(strat = svydesign(ids = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat), clus1 = svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = c1),
  clus1_wr = svydesign(ids = ~dnum, weights = ~pw, data = c1), clus2 = svydesign(ids = ~dnum + snum, fpc = ~fpc1 + fpc2, data = c2))
D$jk1 <- as.svrepdesign(D$clus1); D$sub <- subset(D$clus1, stype != "H")
nd <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nh)
ht <- function(t) list(statistic = unname(t$statistic), df = as.numeric(t$parameter), p = as.numeric(t$p.value))
chi <- function(f, d) sapply(c("F", "Chisq", "Wald", "adjWald", "saddlepoint"), function(s) ht(svychisq(f, d, statistic = s)), simplify = FALSE)
tt <- function(f, d) { t <- svyttest(f, d); c(ht(t), list(estimate = unname(t$estimate), ci = as.numeric(t$conf.int))) }
rk <- function(f, d) sapply(c("wilcoxon", "vanderWaerden", "median"), function(s) { t <- svyranktest(f, d, test = s); list(statistic = as.numeric(t$statistic), df = as.numeric(t$parameter), p = as.numeric(t$p.value), ddf = as.numeric(t$ddf)) }, simplify = FALSE)
res <- lapply(D, function(d) { sub <- length(unique(d$variables$stype)) == 2; list(
  chisq = chi(~sch.wide + comp.imp, d), chisq3 = chi(~sch.wide + stype, d), ttest = tt(api00 ~ sch.wide, d), one = tt(growth ~ 0, d), rank = rk(api00 ~ sch.wide, d),
  rank3 = rk(enroll ~ stype, d), gof = if (sub) NULL else { g <- svygofchisq(~stype, c(.7, .1, .2), d); list(statistic = unname(g$statistic), df = as.numeric(g$parameter), p = as.numeric(g$p.value)) },
  likelihood = as.numeric(attr(svyciprop(~I(sch.wide == "Yes"), d, method = "likelihood"), "ci")), alpha = as.numeric(svycralpha(~ell + mobility + meals, d, na.rm = TRUE))) })
res$nhanes <- list(chisq = chi(~HI_CHOL + race, nd), likelihood = as.numeric(attr(svyciprop(~HI_CHOL, subset(nd, !is.na(HI_CHOL)), method = "likelihood"), "ci")),
  rank3 = rk(HI_CHOL ~ race, subset(nd, !is.na(HI_CHOL)))["wilcoxon"], ttest = tt(HI_CHOL ~ RIAGENDR, nd))
library(survey); res$pchisqsum <- c(pchisqsum(5, c(1, 1, 1), c(1, .5, .2), lower.tail = FALSE, method = "saddlepoint"), pchisqsum(5, c(1, 1, 1), c(1, .5, .2), lower.tail = FALSE, method = "satterthwaite"))
res$versions <- list(R = R.version.string, survey = as.character(packageVersion("survey")))
write(toJSON(res, digits = NA, auto_unbox = TRUE), "estimation_tests.json")
