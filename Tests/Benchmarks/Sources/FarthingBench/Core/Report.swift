import Foundation

/// What one benchmark found out.
struct Report: Codable, Sendable {
    let benchmark: String
    let abstract: String
    var contests: [Contest] = []
    var latencies: [LatencySummary] = []
    var figures: [Figure] = []
    /// What a reader must know to judge the figures.
    var notes: [String] = []
    /// How long it all took, with what had to be made ready.
    var seconds = 0.0

    init<Measured: Benchmark>(_ benchmark: Measured) {
        self.benchmark = Measured.name
        self.abstract = Measured.abstract
    }
}

/// A value that stands for itself: memory, sizes.
struct Figure: Codable, Sendable {
    let what: String
    let condition: String
    let value: Double
    let unit: String
}

/// Everything of one run, as it is written down.
struct Run: Codable, Sendable {
    let machine: Machine
    let effort: Effort
    let reports: [Report]

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        try encoder.encode(self).write(to: URL(filePath: path))
    }
}
