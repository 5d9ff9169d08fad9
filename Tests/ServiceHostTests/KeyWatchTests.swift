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
        partition: Int32 = 0, generation: Int = 1
    ) -> KeyWatch.Verdict {
        let envelope = Envelope(
            topic: "t", key: key, type: "test.v1", source: source, subject: "s", tenant: "acme",
            payload: [])
        let message = ConsumedMessage(
            topic: "t", partition: partition, offset: 0, key: Array(key.utf8), value: [],
            generation: generation)
        return watch.saw(envelope, .init(sequence: sequence, previous: previous), in: message)
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
