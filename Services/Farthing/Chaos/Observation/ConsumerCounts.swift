import FoundationEssentials
import LocalStack
import Synchronization

/// Adds up what the services' consumers count, over all the lives of their processes: a process
/// that is killed takes its counters with it, so they are read every second, and a count is at
/// least what is told here.
final class ConsumerCounts: Sendable {
    struct Totals: Codable, Equatable, Sendable {
        var processed = 0
        /// Messages that had been received before and were put aside.
        var duplicates = 0
        /// Messages that went to the dead letters, or wait behind one.
        var dead = 0
        /// Messages that came before one that was committed earlier, as the consumers see it.
        var outOfOrder = 0
    }

    private struct State {
        var totals: [String: Int] = [:]
        var last: [String: Int] = [:]
    }

    private let services: [(name: String, api: APIClient)]
    private let state = Mutex(State())

    init(_ services: [(name: String, api: APIClient)]) { self.services = services }

    var totals: Totals {
        state.withLock { state in
            func sum(_ parts: String...) -> Int {
                state.totals.reduce(0) { sum, counter in
                    sum + (parts.allSatisfy(counter.key.contains) ? counter.value : 0)
                }
            }
            let messages = "consumer_messages_total"
            return Totals(
                processed: sum(messages, "\"processed\""),
                duplicates: sum(messages, "\"duplicate\""),
                dead: sum(messages, "\"poison\"") + sum(messages, "\"undecodable\"")
                    + sum(messages, "\"parked\""),
                outOfOrder: sum("consumer_out_of_order_total"))
        }
    }

    /// Asks each service once.
    func read() async {
        for (name, api) in services {
            guard let answer = try? await api.get("/metrics"), answer.status == 200 else {
                continue
            }
            take(String(decoding: answer.bytes, as: UTF8.self), of: name)
        }
    }

    /// What a service tells, in Prometheus' text format.
    func take(_ metrics: String, of service: String) {
        for line in metrics.split(separator: "\n") where line.hasPrefix("consumer_") {
            guard let space = line.lastIndex(of: " "),
                let value = Int(line[line.index(after: space)...])
            else { continue }
            note("\(service) \(line[..<space])", value)
        }
    }

    /// A counter that fell begins anew in a new process.
    private func note(_ counter: String, _ value: Int) {
        state.withLock { state in
            let last = state.last[counter] ?? 0
            state.totals[counter, default: 0] += value >= last ? value - last : value
            state.last[counter] = value
        }
    }
}
