import FoundationEssentials
import TestSupport
import Testing

@testable import Farthing

@Suite("An independent reader's sightings", .tags(.unit))
struct SightingsTests {
    private let key = Sightings.Key(topic: "t", key: "k")

    @Test("keep each event's first appearance, and count the others")
    func firsts() {
        let (a, b) = (UUID(), UUID())
        var sightings = Sightings()
        for (offset, id) in [a, b, a].enumerated() {
            sightings.see(topic: "t", partition: 0, offset: Int64(offset), key: "k", id: id)
        }
        #expect(sightings.firsts[key] == [a, b])
        #expect(sightings.repetitions == 1)
    }

    @Test("pass over what is read again after a rebalance")
    func readAgain() {
        let (a, b) = (UUID(), UUID())
        var sightings = Sightings()
        for (offset, id) in [(0, a), (1, b), (0, a), (1, b)] {
            sightings.see(topic: "t", partition: 0, offset: Int64(offset), key: "k", id: id)
        }
        #expect(sightings.repetitions == 0)
        #expect(sightings.firsts[key] == [a, b])
    }

    @Test("count what has no id")
    func nameless() {
        var sightings = Sightings()
        sightings.see(topic: "t", partition: 0, offset: 0, key: "k", id: nil)
        #expect(sightings.nameless == 1)
        #expect(sightings.ids.isEmpty)
    }
}

@Suite("The clients' own books", .tags(.unit))
struct ClientBooksTests {
    @Test("come out even: what payers lose, payees and the operator have")
    func even() {
        var facts = SoundRun.facts()
        let books = ClientBooks(facts)
        #expect(books.fees == 0)
        #expect(books.tax == 0)
        let funds = Marketplace.funds * Int64(Order.payers + 1)
        #expect(books.balances.values.reduce(0, +) == funds)

        facts.refunds = [:]
        let kept = ClientBooks(facts)
        #expect(kept.fees > 0)
        #expect(kept.balances.values.reduce(0, +) + kept.fees + kept.tax == funds)
    }
}
