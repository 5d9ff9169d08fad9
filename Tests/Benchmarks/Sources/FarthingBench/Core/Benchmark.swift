/// How much time a run may take.
enum Effort: String, CaseIterable, Codable, Sendable { case short, long }

/// One question, answered by measuring.
protocol Benchmark: Sendable {
    /// What `--only` knows it by.
    static var name: String { get }
    /// What is measured, beside what.
    static var abstract: String { get }

    init()
    func run(_ bench: Bench) async throws -> Report
}

/// What a benchmark runs with.
struct Bench: Sendable {
    let name: String
    let effort: Effort
    let place: Place
    /// Peers; `nil` where nobody has said where they are.
    let debezium: Debezium?
    let pgledger: PgLedger?

    /// The value for this run's effort.
    func pick<Value>(short: Value, long: Value) -> Value { effort == .short ? short : long }

    /// What somebody has asked for.
    let askedRounds: Int?

    /// How often each contestant is measured.
    var rounds: Int { askedRounds ?? pick(short: 2, long: 5) }

    /// Tells whoever watches what goes on; results go to standard output, this does not.
    func say(_ text: String) { Progress.say("\(name): \(text)") }

    /// Measures every contestant once a round, one after the other, so that a machine that gets
    /// slower or faster meanwhile does so for all of them.
    func alternate(_ contestants: [Contestant]) async throws -> [Measurement] {
        var values = contestants.map { _ in [Double]() }
        for round in 1...rounds {
            for (index, contestant) in contestants.enumerated() {
                let value = try await contestant.measure()
                say("round \(round): \(contestant.name) \(Table.number(value))")
                values[index].append(value)
            }
        }
        return zip(contestants, values).map { Measurement(who: $0.name, values: $1) }
    }
}

/// Who is measured: ours, and what ours is compared with.
struct Contestant: Sendable {
    let name: String
    let measure: @Sendable () async throws -> Double

    init(_ name: String, _ measure: @escaping @Sendable () async throws -> Double) {
        self.name = name
        self.measure = measure
    }
}
