# Times R igraph on the inputs of network/reference_test.go, one call at a time,
# averaged over the 146 networks:
#
#   Rscript docs/bench/network.R FOLDER [seconds per measure]
#
# FOLDER holds atop51_edges_1946_2018.csv.gz and cow_system_1946_2018.csv.gz.
suppressPackageStartupMessages(library(igraph))

args <- commandArgs(trailingOnly = TRUE)
folder <- args[1]
budget <- if (length(args) > 1) as.numeric(args[2]) else 3

system_members <- read.csv(file.path(folder, "cow_system_1946_2018.csv.gz"))
edges <- read.csv(file.path(folder, "atop51_edges_1946_2018.csv.gz"))

graphs <- list()
for (year in sort(unique(system_members$year))) {
  codes <- system_members$ccode[system_members$year == year]
  here <- edges[edges$year == year & edges$ccode1 %in% codes & edges$ccode2 %in% codes, ]
  for (layer in c("any", "defense")) {
    kept <- if (layer == "any") here else here[here$atop_defense == 1, ]
    ends <- rbind(match(kept$ccode1, codes), match(kept$ccode2, codes))
    graphs[[length(graphs) + 1]] <- make_graph(as.vector(ends), n = length(codes), directed = FALSE)
  }
}

# Microseconds per call; whole rounds over all networks until the time is used.
time_calls <- function(f) {
  for (g in graphs) f(g)
  rounds <- 0
  began <- proc.time()[["elapsed"]]
  repeat {
    for (g in graphs) f(g)
    rounds <- rounds + 1
    spent <- proc.time()[["elapsed"]] - began
    if (spent > budget) break
  }
  1e6 * spent / (rounds * length(graphs))
}

report <- function(name, f) cat(sprintf("%-34s %10.2f us/graph\n", name, time_calls(f)))

cat(sprintf("%s, igraph %s, %d networks\n", R.version.string, packageVersion("igraph"), length(graphs)))
labels <- function(g) 1 + (seq_len(vcount(g)) - 1) %% 5
membership_of <- lapply(graphs, labels)

report("vcount (cost of calling igraph)", vcount)
report("density", function(g) edge_density(g))
report("transitivity", function(g) transitivity(g, type = "global"))
report("clustering", function(g) transitivity(g, type = "localaverage", isolates = "zero"))
report("components", function(g) components(g))
report("giant", function(g) max(components(g)$csize))
report("isolates", function(g) sum(degree(g) == 0))
report("hub", function(g) max(degree(g)) / (2 * ecount(g)))
at <- 0
report("modularity", function(g) {
  at <<- at %% length(graphs) + 1
  modularity(g, membership_of[[at]])
})
set.seed(1)
quality <- function(iterations) {
  qs <- sapply(graphs, function(g) {
    replicate(60, modularity(g, membership(cluster_leiden(g, objective_function = "modularity", n_iterations = iterations))))
  })
  cat(sprintf("%-34s mean Q %.4f, mean over networks of the best of 60 %.4f\n", "", mean(qs), mean(apply(qs, 2, max))))
}
for (iterations in c(2, -1)) {
  report(sprintf("leiden, n_iterations = %d", iterations), function(g) {
    cluster_leiden(g, objective_function = "modularity", n_iterations = iterations)
  })
  quality(iterations)
}
