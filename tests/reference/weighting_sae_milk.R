# Reference values for surveykit.weighting.fay_herriot: estimates and mean squared errors of the milk data by package sae.
# Run: Rscript tests/reference/weighting_sae_milk.R > tests/reference/weighting_sae_milk.json
# sae is not in Debian; sae_sources is a folder with R/eblupFH.R, R/mseFH.R and data/milk.rda of sae 1.3 from CRAN.
sae_sources <- Sys.getenv("SAE_SOURCES", ".")
for (f in c("eblupFH.R", "mseFH.R")) source(file.path(sae_sources, f))
load(file.path(sae_sources, "milk.rda"))
milk$area <- as.factor(milk$MajorArea)
made <- mseFH(milk$yi ~ milk$area, milk$SD^2, method = "REML", MAXITER = 1000, PRECISION = 1e-14)
num <- function(v) paste0("[", paste(sprintf("%.15g", v), collapse = ","), "]")
cat(sprintf(paste0('{"record": "R %s, sae 1.3 (mseFH, REML)", "source": "Arora and Lahiri 1997, milk expenditure", ',
  '"small_area": %s, "major_area": %s, "y": %s, "sd": %s, "area_variance": %.15g, "coefficients": %s, "eblup": %s, "mse": %s}\n'),
  getRversion(), num(milk$SmallArea), num(milk$MajorArea), num(milk$yi), num(milk$SD), made$est$fit$refvar,
  num(made$est$fit$estcoef$beta), num(made$est$eblup), num(made$mse)))
