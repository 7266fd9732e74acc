# Reference values for tests/sampling/test_reference.py from R package sampling (its exact designs only).
suppressPackageStartupMessages(library(sampling))
rows <- list()
put <- function(name, m) {
  m <- as.matrix(m)
  for (i in seq_len(nrow(m))) for (j in seq_len(ncol(m)))
    rows[[length(rows) + 1]] <<- data.frame(name = name, row = i, column = j, value = format(m[i, j], digits = 17))
}
size <- c(3.1, 0.4, 1.7, 2.6, 0.9, 1.2, 5.5, 0.8, 2.2, 1.6)
put("inclusion 3", inclusionprobabilities(size, 3))
put("inclusion 6", inclusionprobabilities(size, 6))
pik <- inclusionprobabilities(size, 3)
put("sampford 3", UPsampfordpi2(pik))
put("systematic 3", UPsystematicpi2(pik))
put("sampford 5", UPsampfordpi2(inclusionprobabilities(size + 3, 5)))
out <- do.call(rbind, rows)
out$r <- R.version.string
out$package <- paste("sampling", packageVersion("sampling"))
write.csv(out, "tests/reference/sampling_joint.csv", row.names = FALSE)
