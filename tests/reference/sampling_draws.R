# Shares of samples of R package sampling that hold each pair (its pivotal and Brewer draws), for
# tests/sampling/test_reference.py: R has no formula for them.
suppressPackageStartupMessages(library(sampling))
set.seed(20211124)
size <- c(3.1, 0.4, 1.7, 2.6, 0.9, 1.2, 5.5, 0.8, 2.2, 1.6)
pik <- inclusionprobabilities(size, 3)
rounds <- 100000
share <- function(draw) {
  m <- matrix(0, 10, 10)
  for (r in seq_len(rounds)) {
    s <- which(round(draw(pik)) == 1)
    m[s, s] <- m[s, s] + 1
  }
  m
}
rows <- list()
for (name in c("pivotal", "brewer")) {
  m <- share(if (name == "pivotal") UPpivotal else UPbrewer)
  rows[[name]] <- data.frame(name = name, row = as.vector(row(m)), column = as.vector(col(m)), value = as.vector(m))
}
out <- do.call(rbind, rows)
out$rounds <- rounds
out$r <- R.version.string
out$package <- paste("sampling", packageVersion("sampling"))
write.csv(out, "tests/reference/sampling_draws.csv", row.names = FALSE)
