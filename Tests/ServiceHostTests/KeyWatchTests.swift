import Contracts
import Kafka
import TestSupport
import Testing

@testable import ServiceHost

@Suite("What the links between events prove", .tags(.unit))
struct KeyWatchTests {
    private let watch = KeyWatch(operation: "test.watch", logger: .quiet)

    private func saw(
        _ sequence: Int64, after previous: Int64?, key: String = "a", source: String = "/one",
        partition: Int32 = 0, generation: Int = 1, by watch: KeyWatch? = nil
    ) -> KeyWatch.Verdict {
        let (envelope, message) = event(key, source, partition, generation)
        return (watch ?? self.watch).saw(
            envelope, .init(sequence: sequence, previous: previous), in: message)
    }

    private func passed(_ sequence: Int64, key: String = "a") {
        let (envelope, message) = event(key, "/one", 0, 1)
        watch.passed(envelope, .init(sequence: sequence, previous: nil), in: message)
    }

    private func event(
        _ key: String, _ source: String, _ partition: Int32, _ generation: Int
    ) -> (Envelope, ConsumedMessage) {
        let envelope = Envelope(
            topic: "t", key: key, type: "test.v1", source: source, subject: "s", tenant: "acme",
            payload: [])
        let message = ConsumedMessage(
            topic: "t", partition: partition, offset: 0, key: Array(key.utf8), value: [],
            generation: generation)
        return (envelope, message)
    }

    @Test("an unbroken chain is fine, keys and sources apart")
    func chain() {
        #expect(saw(1, after: nil) == .fine)
        #expect(saw(5, after: nil, key: "b") == .fine)
        #expect(saw(9, after: 1) == .fine)
        #expect(saw(2, after: nil, source: "/two") == .fine)
        #expect(saw(12, after: 5, key: "b") == .fine)
        #expect(saw(13, after: 9) == .fine)
    }

    @Test("a missing event is a gap, once: the chain goes on behind it")
    func gap() {
        #expect(saw(1, after: nil) == .fine)
        #expect(saw(4, after: 3) == .gap)
        #expect(saw(5, after: 4) == .fine)
    }

    @Test("an event that comes after a later one is out of order, and breaks nothing behind it")
    func outOfOrder() {
        #expect(saw(1, after: nil) == .fine)
        #expect(saw(4, after: 3) == .gap)
        #expect(saw(3, after: 1) == .outOfOrder)
        #expect(saw(6, after: 4) == .fine)
    }

    @Test(
        "nothing is proven by what was not seen: a first event, an unlinked one, a new assignment")
    func unknown() {
        #expect(saw(7, after: 3) == .fine, "the first one seen")
        #expect(saw(20, after: nil) == .fine, "the relay began anew")
        #expect(saw(21, after: 20) == .fine)
        #expect(saw(40, after: 33, generation: 2) == .fine, "somebody else had the partition")
        #expect(saw(41, after: 40, generation: 2) == .fine)
    }

    @Test("what comes again proves nothing, and what follows it may be linked to it")
    func again() {
        passed(3)
        #expect(saw(4, after: 3) == .fine, "the first one seen")
        passed(9)
        #expect(saw(10, after: 9) == .fine, "its commit stood, and nobody heard of it")
        passed(4)
        #expect(saw(11, after: 10) == .fine, "an old one changes nothing")
        #expect(saw(14, after: 13) == .gap)
    }

    @Test("no more than so many keys of a partition are remembered")
    func bounds() {
        let watch = KeyWatch(operation: "test.watch", logger: .quiet, limit: 3)
        for key in ["a", "b", "c"] {
            #expect(saw(1, after: nil, key: key, by: watch) == .fine)
        }
        #expect(saw(2, after: nil, key: "a", by: watch) == .fine, "there is room for what is known")
        #expect(saw(9, after: 8, key: "c", by: watch) == .gap, "all three are remembered")
        #expect(saw(1, after: nil, key: "d", by: watch) == .fine)
        for key in ["a", "b", "c"] {
            #expect(saw(20, after: 19, key: key, by: watch) == .fine, "\(key) was forgotten")
        }
    }

    @Test("a message without the relay's headers has no link")
    func headers() {
        func link(_ headers: [(String, String)]) -> KeyWatch.Link? {
            KeyWatch.Link(
                ConsumedMessage(
                    topic: "t", partition: 0, offset: 0, key: nil, value: nil,
                    headers: headers.map { ($0.0, Array($0.1.utf8)) }))
        }
        #expect(link([]) == nil)
        #expect(link([("ce_sequence", "x")]) == nil)
        #expect(link([("ce_sequence", "12")]) == .init(sequence: 12, previous: nil))
        #expect(
            link([("ce_previous", "7"), ("ce_sequence", "12")])
                == .init(sequence: 12, previous: 7))
    }
}
