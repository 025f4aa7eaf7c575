# R igraph on the lattices of corridor's benchmarks: Rscript corridor.R
# k by k cells row by row, the edge to the right, then the edge down; edge e from 1
# has capacity e*7919 mod 100 + 1 and cost e*104729 mod 50 + 1.
suppressMessages(library(igraph))
once <- function(expr) { gc(FALSE); round(system.time(expr)[["elapsed"]] * 1000) }
median3 <- function(expr) { e <- substitute(expr); p <- parent.frame(); median(sapply(1:3, function(i) once(eval(e, p)))) }
for (k in c(23, 71, 224, 708)) {
  cells <- 0:(k * k - 1)
  right <- ifelse(cells %% k < k - 1, cells + 1, NA)
  down <- ifelse(cells %/% k < k - 1, cells + k, NA)
  ends <- rbind(c(rbind(cells, cells)), c(rbind(right, down)))
  ends <- ends[, !is.na(ends[2, ])]
  g <- make_undirected_graph(c(ends + 1), n = k * k)
  e <- as.numeric(seq_len(ecount(g)))
  capacity <- (e * 7919) %% 100 + 1
  cost <- (e * 104729) %% 50 + 1
  cat("edges", ecount(g), "\n")
  cat("  max flow      ", median3(f <- max_flow(g, 1, k * k, capacity = capacity)), "ms, value", f$value, "\n")
  cat("  distances     ", median3(d <- distances(g, v = 1, weights = cost, algorithm = "dijkstra")), "ms, corner", d[k * k], "\n")
  cat("  bridges       ", median3(bridges(g)), "ms\n")
  if (k < 100) {
    cat("  betweenness   ", once(edge_betweenness(g, directed = FALSE, weights = NA)), "ms\n")
    cat("  ... by cost   ", once(edge_betweenness(g, directed = FALSE, weights = cost)), "ms\n")
  }
}
