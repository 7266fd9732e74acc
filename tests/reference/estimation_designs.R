# Sampling with unequal probabilities, several stages, second-stage strata, certainty strata, domains of them (R survey 4.5).
# The three-stage data are made here from a fixed seed and written to data/three_stage.csv.
suppressMessages({library(survey); library(jsonlite)})
rd <- function(n) read.csv(file.path("data", paste0(n, ".csv")), check.names = FALSE)
e <- rd("election_pps"); jp <- as.matrix(rd("election_jointprob")); dimnames(jp) <- NULL
data(election); psum <- sum(election$p^2) / 40
two <- function(d, v) { t <- svytotal(v, d); m <- svymean(v, d); s <- subset(d, Nader > 0); st <- svytotal(v, s)
  list(total = unname(coef(t)), vcov = unname(vcov(t)), mean_se = unname(SE(m)), sub = unname(coef(st)), sub_se = unname(SE(st)), df = degf(d)) }
v <- ~Bush + Kerry
res <- list(psum = psum,
  brewer = two(svydesign(id = ~1, fpc = ~p, data = e, pps = "brewer"), v), overton = two(svydesign(id = ~1, fpc = ~p, data = e, pps = "overton"), v),
  hr = two(svydesign(id = ~1, fpc = ~p, data = e, pps = HR(psum)), v), hr1 = two(svydesign(id = ~1, fpc = ~p, data = e, pps = HR()), v),
  hr_yg = two(svydesign(id = ~1, fpc = ~p, data = e, pps = HR(psum), variance = "YG"), v), overton_yg = two(svydesign(id = ~1, fpc = ~p, data = e, pps = "overton", variance = "YG"), v),
  ht = two(svydesign(id = ~1, fpc = ~p, data = e, pps = ppsmat(jp)), v), yg = two(svydesign(id = ~1, fpc = ~p, data = e, pps = ppsmat(jp), variance = "YG"), v),
  poisson = two(svydesign(id = ~1, fpc = ~p, data = e, pps = poisson_sampling(e$p)), v), wr = two(svydesign(id = ~1, weights = ~wt, data = e), v))
e$h <- rep(1:2, 20); res$strata <- list(overton = SE(svytotal(~Bush, svydesign(id = ~1, strata = ~h, fpc = ~p, data = e, pps = "overton"))),
  hr1 = SE(svytotal(~Bush, svydesign(id = ~1, strata = ~h, fpc = ~p, data = e, pps = HR()))), brewer = SE(svytotal(~Bush, svydesign(id = ~1, strata = ~h, fpc = ~p, data = e, pps = "brewer"))))
c2 <- rd("apiclus2"); c2$f1 <- 40 / c2$fpc1; c2$f2 <- pmin(1, 5 / c2$fpc2)
b2 <- svydesign(id = ~dnum + snum, fpc = ~f1 + f2, data = c2, pps = "brewer"); res$brewer2 <- c(SE(svytotal(~api.stu, b2)), SE(svymean(~api00, b2)))
mu <- rd("mu284"); dm <- svydesign(id = ~id1 + id2, fpc = ~n1 + n2, data = mu); t <- svytotal(~y1, dm); m <- svymean(~y1, dm); res$mu284 <- c(coef(t), SE(t), coef(m), SE(m))
f <- rd("fpc"); res$fpc <- list(wr = SE(svymean(~x, svydesign(id = ~psuid, strata = ~stratid, weights = ~weight, data = f, nest = TRUE))),
  size = SE(svymean(~x, svydesign(id = ~psuid, strata = ~stratid, weights = ~weight, fpc = ~Nh, data = f, nest = TRUE))))
h <- rd("hospital"); dh <- svydesign(id = ~hospno, strata = ~oblevel, fpc = ~tothosp, weights = ~weighta, data = h); res$hospital <- c(coef(svytotal(~births, dh)), SE(svytotal(~births, dh)))
set.seed(20); d <- expand.grid(el = 1:4, ssu = 1:3, psu = 1:5, h = 1:3); d <- d[!(d$el == 4 & (d$psu + d$ssu) %% 2 == 0), ]
d$N1 <- c(20, 12, 5)[d$h]; d$N2 <- 6 + (d$psu * d$h) %% 5; d$N3 <- 10 + d$ssu; d$g <- ifelse(d$ssu == 3, "x", "y")
d$y <- round(10 + d$h + rnorm(15)[(d$h - 1) * 5 + d$psu] * 3 + rnorm(nrow(d)), 4); d$u <- runif(nrow(d)); d$dom <- ifelse(d$u < .3, "p", "q")
write.csv(d, "data/three_stage.csv", row.names = FALSE); d <- rd("three_stage")
d3 <- svydesign(id = ~psu + ssu + el, strata = ~h, fpc = ~N1 + N2 + N3, data = d, nest = TRUE)
d3p <- suppressWarnings(svydesign(id = ~psu + ssu + el, strata = ~h, fpc = ~N1, data = d, weights = weights(d3), nest = TRUE))
b <- function(x) { r <- svyby(~y, ~dom, x, svymean, covmat = TRUE); c(SE(svytotal(~y, x)), SE(svymean(~y, x)), SE(r), vcov(r)[1, 2]) }
res$three <- list(full = b(d3), first = b(d3p), weights = weights(d3))
yr <- rd("yrbs"); dy <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = yr, nest = TRUE)
m <- svymean(~qn8, dy, na.rm = TRUE); res$yrbs <- list(mean = c(coef(m), SE(m)), df = degf(dy))
yr$bad <- as.numeric(yr$qn8 == 1); dy <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = yr, nest = TRUE)
res$yrbs$ci <- unname(attr(svyciprop(~bad, subset(dy, !is.na(bad)), method = "logit"), "ci"))
res$versions <- list(R = R.version.string, survey = as.character(packageVersion("survey")))
write(toJSON(res, digits = NA, auto_unbox = TRUE), "estimation_designs.json")
