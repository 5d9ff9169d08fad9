import Postgres
import TestSupport
import Testing

@testable import Relay

@Suite("The delivery window", .tags(.unit))
struct DeliveryWindowTests {
    private func lsn(_ value: UInt64) -> LSN { LSN(rawValue: value) }

    @Test("a transaction is confirmed when its last record is delivered")
    func oneTransaction() {
        var window = DeliveryWindow()
        window.begin(committedAt: 7)
        let token = window.token
        window.sent()
        window.sent()
        #expect(window.oldestCommit == 7)
        window.commit(end: lsn(10))
        #expect(window.confirmed == .zero)
        window.delivered(token)
        #expect(window.confirmed == .zero)
        window.delivered(token)
        #expect(window.confirmed == lsn(10))
        #expect(window.isEmpty && window.undelivered == 0 && window.oldestCommit == nil)
    }

    @Test("tells the times of transactions that are confirmed, of those that had records")
    func times() {
        var window = DeliveryWindow()
        var tokens: [UInt] = []
        for time in [1, 2, 3, 4] as [Int64] {
            window.begin(committedAt: time == 4 ? nil : time)
            tokens.append(window.token)
            if time != 2 { window.sent() }
            window.commit(end: lsn(UInt64(time) * 10))
        }
        window.delivered(tokens[2])
        #expect(window.confirmedCommits == [], "the first one is not delivered")
        window.delivered(tokens[0])
        #expect(window.confirmedCommits == [1, 3])
        window.confirmedCommits.removeAll()
        window.delivered(tokens[3])
        #expect(window.confirmedCommits == [], "no transaction of the log")
    }

    @Test("records delivered before their commit is read confirm nothing yet")
    func deliveredEarly() {
        var window = DeliveryWindow()
        window.begin(committedAt: 0)
        let token = window.token
        window.sent()
        window.delivered(token)
        #expect(window.confirmed == .zero)
        window.commit(end: lsn(10))
        #expect(window.confirmed == lsn(10))
    }

    @Test("a later transaction waits for an earlier one")
    func order() {
        var window = DeliveryWindow()
        var tokens: [UInt] = []
        for end in [10, 20, 30] as [UInt64] {
            window.begin(committedAt: 0)
            tokens.append(window.token)
            window.sent()
            window.commit(end: lsn(end))
        }
        window.delivered(tokens[2])
        window.delivered(tokens[1])
        #expect(window.confirmed == .zero)
        window.delivered(tokens[0])
        #expect(window.confirmed == lsn(30))
    }

    @Test("a transaction without records is confirmed with those before it")
    func emptyTransaction() {
        var window = DeliveryWindow()
        window.begin(committedAt: 0)
        window.commit(end: lsn(5))
        #expect(window.confirmed == lsn(5))
    }

    @Test("the server's position counts at rest, behind what waits, and not inside a transaction")
    func keepalives() {
        var window = DeliveryWindow()
        window.reached(lsn(3))
        #expect(window.confirmed == lsn(3))

        window.begin(committedAt: 0)
        let token = window.token
        window.sent()
        window.reached(lsn(8))
        window.commit(end: lsn(10))
        window.delivered(token)
        #expect(window.confirmed == lsn(10))

        window.begin(committedAt: 0)
        let next = window.token
        window.sent()
        window.commit(end: lsn(20))
        window.reached(lsn(25))
        #expect(window.confirmed == lsn(10))
        window.delivered(next)
        #expect(window.confirmed == lsn(25))
        window.reached(lsn(1))
        #expect(window.confirmed == lsn(25))
    }

    /// What the window must agree with: everything is kept, and looked through from the start.
    private struct Model {
        struct Transaction {
            var end: UInt64?
            var left: [UInt] = []
        }
        var transactions: [Transaction] = []
        var floor: UInt64 = 0

        var confirmed: UInt64 {
            let done = transactions.prefix { $0.end != nil && $0.left.isEmpty }
            return max(floor, done.last?.end ?? 0)
        }

        var undelivered: Int { transactions.reduce(0) { $0 + $1.left.count } }
    }

    @Test(
        "it agrees with a simple model over random histories", arguments: 0..<100 as Range<UInt64>)
    func agreesWithModel(seed: UInt64) {
        var random = SeededRandom(seed)
        var window = DeliveryWindow()
        var model = Model()
        var position: UInt64 = 1
        var isOpen = false
        for _ in 0..<300 {
            position += UInt64.random(in: 1...5, using: &random)
            switch Int.random(in: 0..<8, using: &random) {
            case 0 where !isOpen:
                window.begin(committedAt: 0)
                model.transactions.append(.init())
                isOpen = true
            case 1 where isOpen, 2 where isOpen, 3 where isOpen:
                model.transactions[model.transactions.count - 1].left.append(window.token)
                window.sent()
            case 4 where isOpen:
                window.commit(end: lsn(position))
                model.transactions[model.transactions.count - 1].end = position
                isOpen = false
            case 5 where window.isEmpty:
                window.reached(lsn(position))
                model.floor = position
            default:
                let waiting = model.transactions.indices.filter {
                    !model.transactions[$0].left.isEmpty
                }
                guard let index = waiting.randomElement(using: &random) else { continue }
                window.delivered(model.transactions[index].left.removeLast())
            }
            #expect(window.confirmed.rawValue == model.confirmed, "\(random)")
            #expect(window.undelivered == model.undelivered, "\(random)")
        }
    }
}
