import LocalStack

/// What each process of a stack took of the processor: a figure that other programs on the machine
/// hardly disturb.
struct ProcessorCost: Sendable {
    /// Seconds by process.
    private let seconds: [String: Double]

    /// Of each process since it began.
    static func sofar(_ tested: TestedStack) async throws -> ProcessorCost {
        let supervisor = tested.stack.supervisor
        var seconds: [String: Double] = [:]
        for name in await supervisor.names {
            guard let pid = await supervisor.pid(name) else { continue }
            seconds[name] = try ProcessorTime.ofFamily(pid)
        }
        // The broker's proxy lives in this process.
        seconds["benchmark and proxy"] = ProcessorTime.own
        return ProcessorCost(seconds: seconds)
    }

    /// Of each process since then, for each of `count` things that were done.
    func since(_ earlier: ProcessorCost, _ count: Int) -> ProcessorCost {
        ProcessorCost(seconds: seconds.merging(earlier.seconds) { ($0 - $1) / Double(count) })
    }

    /// Of each process since then, for each request of a load that succeeded.
    func since(_ earlier: ProcessorCost, _ result: LoadResult) -> ProcessorCost {
        since(earlier, max(1, result.completed - result.failed))
    }

    /// Medians of several rounds, and their sum.
    static func figures(_ rounds: [ProcessorCost], condition: String) -> [Figure] {
        let names = Set(rounds.flatMap(\.seconds.keys)).sorted()
        let medians = names.map { name in
            (name, Measurement.median(of: rounds.compactMap { $0.seconds[name] }) * 1_000_000)
        }
        let total = ("all processes", medians.map(\.1).reduce(0, +))
        return (medians + [total]).filter { $0.1 >= 1 }.map { name, microseconds in
            Figure(
                what: "processor, \(name)", condition: condition, value: microseconds,
                unit: "us each")
        }
    }
}
