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

    private func see(
        _ records: [(offset: Int64, id: UUID)], _ sightings: inout Sightings, partition: Int32 = 0
    ) {
        for (offset, id) in records {
            sightings.see(topic: "t", partition: partition, offset: offset, key: "k", id: id)
        }
    }

    @Test("know what is missing before a record, at the beginning and between two")
    func gaps() {
        var sightings = Sightings()
        let place = Sightings.Partition(topic: "t", number: 0)
        #expect(sightings.gap(before: 0, of: place) == nil)
        #expect(sightings.gap(before: 2, of: place)?.offsets == 0..<2)
        see([(0, UUID())], &sightings)
        #expect(sightings.gap(before: 1, of: place) == nil)
        #expect(sightings.gap(before: 0, of: place) == nil)
        #expect(sightings.gap(before: 4, of: place)?.offsets == 1..<4)
        #expect(
            Sightings(beginAtZero: false).gap(before: 2, of: place) == nil,
            "somebody's Kafka may have forgotten the beginning")
    }

    @Test("doubt what follows a blind spot of its partition, and nothing else")
    func blindSpots() {
        let (a, b, c, d) = (UUID(), UUID(), UUID(), UUID())
        var sightings = Sightings()
        see([(0, a), (2, b), (3, a), (4, c)], &sightings)
        see([(0, d)], &sightings, partition: 1)
        #expect(sightings.blindSpots.map(\.description) == ["t/0 from offset 1 to 1"])
        #expect(sightings.doubtful == [b, c])
        #expect(sightings.firsts[key] == [a, b, c, d])
        #expect(sightings.repetitions == 1)
        #expect(sightings.isBlind(in: "t"))
        #expect(!sightings.isBlind(in: "other"))
    }

    @Test("are looked for again a few times where some are missing, and anew in the next gap")
    func rereading() {
        var rereading = Rereading()
        func gap(_ offsets: Range<Int64>, _ partition: Int32 = 0) -> Sightings.Gap {
            Sightings.Gap(partition: .init(topic: "t", number: partition), offsets: offsets)
        }
        let one = (0..<5).map { rereading.isWorthwhile(gap(1..<(2 + $0))) }
        #expect(one == [true, true, true, false, false])
        let others = [gap(1..<2, 1), gap(8..<9)].map { rereading.isWorthwhile($0) }
        #expect(others == [true, true])
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
