# Generalised linear models, Wald term tests and predictive margins (R survey 4.5).
suppressMessages({library(survey); library(jsonlite)})
rd <- function(n) read.csv(file.path("data", paste0(n, ".csv")), check.names = FALSE)
strat <- rd("apistrat"); c1 <- rd("apiclus1"); c2 <- rd("apiclus2"); nh <- rd("nhanes")
D <- list(strat = svydesign(ids = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat), clus1 = svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = c1),
  clus2 = svydesign(ids = ~dnum + snum, fpc = ~fpc1 + fpc2, data = c2))
D$jk1 <- as.svrepdesign(D$clus1); D$sub <- subset(D$clus1, stype != "H")
nd <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nh)
fit <- function(f, d, fam, term = NULL) { m <- do.call(svyglm, list(f, d, family = fam)); w <- if (is.null(term)) NULL else regTermTest(m, term)
  list(names = names(coef(m)), beta = unname(coef(m)), vcov = unname(vcov(m)), df = m$df.residual, p = unname(summary(m)$coefficients[, 4]),
       wald = if (is.null(w)) NULL else c(w$Ftest, w$df, w$ddf, w$p)) }
res <- lapply(D, function(d) list(
  linear = fit(api00 ~ ell + meals + mobility, d, gaussian(), ~ell + meals), factor = fit(api00 ~ stype + ell, d, gaussian(), ~stype),
  inter = fit(api00 ~ stype * ell, d, gaussian(), ~stype:ell), logit = fit(I(sch.wide == "Yes") ~ ell + meals, d, quasibinomial(), ~meals),
  poisson = fit(api.stu ~ ell + stype, d, quasipoisson()), gamma = fit(enroll ~ ell + mobility, d, Gamma("log")), noint = fit(api00 ~ stype - 1, d, gaussian()),
  probit = fit(I(comp.imp == "Yes") ~ meals, d, quasibinomial("probit"))))
res$nhanes <- list(logit = fit(HI_CHOL ~ factor(race) + agecat + RIAGENDR, nd, quasibinomial(), ~factor(race)))
c1$stype <- factor(c1$stype); D$clus1 <- svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = c1)
m <- svyglm(api00 ~ ell, D$clus1); a <- svypredmeans(m, ~stype); o <- order(names(coef(a))); res$margins <- list(names = names(coef(a))[o], mean = unname(coef(a))[o], se = unname(SE(a))[o])
c1$wide <- as.numeric(c1$sch.wide == "Yes"); d <- svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = c1)
m <- svyglm(wide ~ ell, d, family = quasibinomial()); a <- svypredmeans(m, ~stype); o <- order(names(coef(a))); res$margins_logit <- list(mean = unname(coef(a))[o], se = unname(SE(a))[o])
res$versions <- list(R = R.version.string, survey = as.character(packageVersion("survey")))
write(toJSON(res, digits = NA, auto_unbox = TRUE), "estimation_glm.json")
