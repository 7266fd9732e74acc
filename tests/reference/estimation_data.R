# Writes the small data sets of R survey (GPL-2 | GPL-3) that the tests of design and estimation need, as CSV.
# Origin: api* California Department of Education (Academic Performance Index 2000); nhanes US NCHS (public domain);
# election, scd, hospital, mu284, fpc: see tests/reference/data/README.md.
# Run in tests/reference:  Rscript estimation_data.R
suppressMessages(library(survey))
out <- function(x, name) write.csv(x, file.path("data", paste0(name, ".csv")), row.names = FALSE, na = "")
data(api); out(apisrs, "apisrs"); out(apistrat, "apistrat"); out(apiclus1, "apiclus1"); out(apiclus2, "apiclus2")
data(nhanes); out(nhanes, "nhanes")
data(election); e <- election_pps; names(e) <- make.names(names(e)); out(e, "election_pps")
out(election_jointprob, "election_jointprob"); out(election_jointHR, "election_jointHR")
data(scd); out(scd, "scd"); data(hospital); out(hospital, "hospital"); data(mu284); out(mu284, "mu284")
data(fpc); out(fpc, "fpc"); data(yrbs); out(yrbs, "yrbs")
data(myco); out(myco, "myco"); data(salamander); out(salamander, "salamander")
