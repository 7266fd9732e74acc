# Replicate designs: JK1, JKn, BRR, Fay from designs, JK2, ACS, bootstrap and 'other' from given weights (R survey 4.5).
# Proves: replicate factors, Hadamard matrices, constants, centring, degrees of freedom, domains. Bootstrap weights are
# drawn in R and stored, so that the estimates from given weights can be compared.
suppressMessages({library(survey); library(jsonlite)})
rd <- function(n) read.csv(file.path("data", paste0(n, ".csv")), check.names = FALSE)
strat <- rd("apistrat"); c1 <- rd("apiclus1"); nh <- rd("nhanes"); scd <- rd("scd")
two <- nh[!duplicated(paste(nh$SDMVSTRA, nh$SDMVPSU)) | nh$RIAGENDR == 1, ]
nd <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nh)
np <- nh; np$key <- paste(np$SDMVSTRA, np$SDMVPSU)
even <- names(which(tapply(np$SDMVPSU, np$SDMVSTRA, function(x) length(unique(x))) == 2))
nhe <- nh[nh$SDMVSTRA %in% even, ]
ne <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhe)
d1 <- svydesign(ids = ~dnum, weights = ~pw, fpc = ~fpc, data = c1)
ds <- svydesign(ids = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat)
sc <- svydesign(id = ~ambulance, strata = ~ESA, data = scd, weights = rep(1, 6), nest = TRUE)
blk <- function(d, y, by) { m <- svymean(y, d, na.rm = TRUE, deff = TRUE); b <- svyby(y, by, d, svymean, na.rm = TRUE)
  list(mean = c(coef(m), SE(m), deff(m)), total = c(coef(svytotal(y, d, na.rm = TRUE)), SE(svytotal(y, d, na.rm = TRUE))),
       df = degf(d), by = as.numeric(coef(b)), by_se = as.numeric(SE(b)), nrep = ncol(weights(d, "replication"))) }
res <- list(
  jk1 = blk(as.svrepdesign(d1), ~api00, ~stype), jk1_mse = blk(as.svrepdesign(d1, mse = TRUE), ~api00, ~stype),
  jkn = blk(as.svrepdesign(ds), ~api00, ~comp.imp), jkn_nhanes = blk(as.svrepdesign(nd), ~HI_CHOL, ~race),
  brr = blk(as.svrepdesign(ne, type = "BRR"), ~HI_CHOL, ~race), fay = blk(as.svrepdesign(ne, type = "Fay", fay.rho = 0.3), ~HI_CHOL, ~race),
  even = as.integer(even))
sb <- as.svrepdesign(sc, type = "BRR"); r <- svyratio(~alive, ~arrests, sb); res$scd <- c(coef(r), SE(r))
for (n in c(5, 12, 17, 29, 33, 40, 57, 70, 100, 130)) { h <- survey:::hadamard(n); res$hadamard[[as.character(n)]] <- c(dim(h)[1], sum(h * outer(seq_len(nrow(h)), seq_len(ncol(h)), function(i, j) (i * 31 + j * 17) %% 101))) }
set.seed(1); bw <- as.svrepdesign(d1, type = "subbootstrap", replicates = 30); W <- round(as.matrix(weights(bw, "analysis")) * runif(183, .9, 1.1), 6)
res$boot_weights <- unname(W); res$boot <- blk(bw, ~api00, ~stype)
g <- function(type, ...) { d <- suppressWarnings(svrepdesign(data = c1, repweights = W, weights = ~pw, type = type, combined.weights = TRUE, ...)); m <- svymean(~api00 + api99, d)
  list(mean = unname(coef(m)), vcov = unname(vcov(m)), df = degf(d), df_e = degf(subset(d, stype == "M")), q = unname(SE(svyquantile(~api00, d, c(.25, .5), interval.type = "quantile"))),
       qm = unname(SE(svyquantile(~api00, d, c(.25, .5)))), var = c(coef(svyvar(~api00, d)), SE(svyvar(~api00, d)))) }
res$given <- list(bootstrap = g("bootstrap"), jk2 = g("JK2"), acs = g("ACS"), sdr = g("successive-difference"), brr = g("BRR"),
  fay = g("Fay", rho = .5), other = g("other", scale = .2, rscales = seq(.5, 1.5, length.out = 30)), jk1 = g("JK1"))
res$versions <- list(R = R.version.string, survey = as.character(packageVersion("survey")))
write(toJSON(res, digits = NA, auto_unbox = TRUE), "estimation_replicates.json")
