import Contracts
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("A large request", .tags(.database))
struct LargeRequestTests {
    private static let posted = [String?](repeating: nil, count: ManyAccounts.count / 2)

    @Test("is posted as if it were small, and so is the rest of one that names unknown accounts")
    func unknown() async throws {
        try await ManyAccounts.with { accounts in
            let pairs = try ManyAccounts.pairs()
            #expect(try await accounts.post(pairs) == Self.posted)
            let another = try ManyAccounts.transfer(ManyAccounts.id(1), AccountID())
            #expect(try await accounts.post(pairs + [another]) == Self.posted + ["account-unknown"])
            #expect(try accounts.moments(of: 1) == [1, 2])
        }
    }

    @Test("posts what is free while the one before it has the others, and these in its turn")
    func ahead() async throws {
        try await ManyAccounts.with { accounts in
            let before = try accounts.large(having: [3])
            async let answers = accounts.post(ManyAccounts.pairs())
            try await accounts.until(waiting: "advisory")
            #expect(try accounts.writers() == 1)
            #expect(try !accounts.isFree(2))
            #expect(try !accounts.isFree(ManyAccounts.count))
            try before.execute("COMMIT")
            #expect(try await answers == Self.posted)
            #expect(try accounts.moments(of: 1) == [1])
            #expect(try accounts.moments(of: 4) == [2])
        }
    }

    @Test("keeps its order on each account, and for each reference")
    func order() async throws {
        try await ManyAccounts.with { accounts in
            let before = try accounts.large(having: [1])
            let (one, two, three) = (ManyAccounts.id(1), ManyAccounts.id(2), ManyAccounts.id(3))
            let tied = [
                try ManyAccounts.transfer(one, two, reference: "r"),
                // Beyond its limit, but for what it has from the one before.
                try ManyAccounts.transfer(two, three, amount: 11),
                try ManyAccounts.transfer(ManyAccounts.id(5), ManyAccounts.id(6), reference: "r"),
                try ManyAccounts.transfer(three, ManyAccounts.id(5), amount: 21),
            ]
            async let answers = accounts.post(tied + ManyAccounts.pairs(7...ManyAccounts.count))
            try await accounts.until(waiting: "advisory")
            #expect(try accounts.writers() == 1)
            try before.execute("COMMIT")
            #expect(try await answers.prefix(4) == [nil, nil, "duplicate-reference", nil])
        }
    }

    @Test("has what it asked for left to it by those that come later")
    func asked() async throws {
        try await ManyAccounts.with { accounts in
            let before = try accounts.large(having: [])
            let somebody = try accounts.somebody(having: [3])
            async let answers = accounts.post(ManyAccounts.pairs())
            try await accounts.until(waiting: "advisory")
            try somebody.execute("COMMIT")
            #expect(try accounts.isFree(3))
            #expect(try !accounts.isUnasked(3))
            #expect(try accounts.isUnasked(ManyAccounts.count + 1))
            try before.execute("COMMIT")
            #expect(try await answers == Self.posted)
            #expect(try accounts.isUnasked(3))
        }
    }

    @Test("asks for nothing and posts nothing before its turn, if others have much of it")
    func crowded() async throws {
        try await ManyAccounts.with { accounts in
            let before = try accounts.large(having: Array(1...201))
            async let answers = accounts.post(ManyAccounts.pairs())
            try await accounts.until(waiting: "advisory")
            #expect(try accounts.writers() == 0)
            #expect(try !accounts.isFree(202))
            try before.execute("COMMIT")
            #expect(try await answers == Self.posted)
            #expect(try accounts.moments(of: ManyAccounts.count) == [1])
        }
    }

    @Test("is undone if a small one has some of it, and waits for all in order without a turn")
    func undone() async throws {
        try await ManyAccounts.with { accounts in
            let small = try accounts.somebody(having: [300])
            async let answers = accounts.post(ManyAccounts.pairs())
            try await accounts.until(waiting: "transactionid")
            #expect(try !accounts.isFree(299))
            #expect(try accounts.isFree(301))
            // It is nobody's turn.
            try small.query(BookQueries.awaitTurn, Fixture.tenant)
            try small.execute("COMMIT")
            #expect(try await answers == Self.posted)
            #expect(try await accounts.ledger.count(TestQueries.transfers) == Self.posted.count)
            #expect(
                try await accounts.ledger.texts(TestQueries.events).count == Self.posted.count)
            #expect(try accounts.moments(of: 1) == [1])
        }
    }

    @Test("is in nobody's way who has one of its accounts and waits for another")
    func crossed() async throws {
        try await ManyAccounts.with { accounts in
            let before = try accounts.large(having: [])
            let gate = try Connection(url: accounts.ledger.testDatabase.url)
            try gate.execute("BEGIN")
            try gate.query("SELECT pg_advisory_xact_lock(0)")
            let last = ManyAccounts.id(ManyAccounts.count).uuid
            async let small = accounts.ledger.database.transaction { tx in
                try tx.query(
                    BookQueries.lockNamed, [ManyAccounts.id(300).uuid], [Fixture.tenant])
                try tx.query(Statement("SELECT pg_advisory_xact_lock(0)"))
                return try tx.query(BookQueries.lockNamed, [last], [Fixture.tenant]).count
            }
            try await accounts.until(waiting: "advisory")
            async let answers = accounts.post(ManyAccounts.pairs())
            try await accounts.until(waiting: "advisory", 2)
            try gate.execute("COMMIT")
            try await accounts.until(waiting: "transactionid")
            // Each now has what the other waits for, or will wait for when it is its turn.
            try before.execute("COMMIT")
            #expect(try await small == 1)
            #expect(try await answers == Self.posted)
        }
    }

    @Test("is run again if another one and it have taken each other's references")
    func references() async throws {
        try await ManyAccounts.with { accounts in
            let before = try accounts.large(having: [])
            let count = ManyAccounts.count
            async let some = accounts.post(Self.tied(1...count, "r", "s"))
            try await accounts.until(waiting: "advisory")
            async let others = accounts.post(Self.tied(count + 1...2 * count, "s", "r"))
            try await accounts.until(waiting: "advisory", 2)
            #expect(try accounts.writers() == 2)
            try before.execute("COMMIT")
            let answers = try await some + others
            #expect(answers.count { $0 == "duplicate-reference" } == 2)
            #expect(answers.count { $0 == nil } == answers.count - 2)
            #expect(
                try await accounts.ledger.count(TestQueries.transfers) == answers.count - 2)
        }
    }

    @Test("of mode atomic posts nothing before it has all its accounts")
    func atomic() async throws {
        try await ManyAccounts.with { accounts in
            let before = try accounts.large(having: [3])
            let batch = PostTransferBatch(
                mode: .atomic, answer: .ids,
                transfers: try ManyAccounts.pairs().map { .init(transfer: $0) })
            let scope = accounts.ledger.scope
            async let status = accounts.ledger.database.transaction { tx in
                try batch.handle(PostTransfers(limits: EffectiveLimits()), scope, tx)
                    .kept(requestID: scope.requestID).status
            }
            try await accounts.until(waiting: "advisory")
            #expect(try accounts.writers() == 0)
            try before.execute("COMMIT")
            #expect(try await status == 201)
            #expect(try accounts.moments(of: 3) == [1])
        }
    }

    /// So many that the reference in front is recorded before the turn, and the one at the end in
    /// it.
    private static func tied(
        _ numbers: ClosedRange<Int>, _ first: String, _ last: String
    ) throws -> [PostTransfer] {
        let (one, two) = (
            ManyAccounts.id(numbers.lowerBound), ManyAccounts.id(numbers.lowerBound + 1)
        )
        return try [ManyAccounts.transfer(one, two, reference: first)]
            + ManyAccounts.pairs(numbers)
            + [ManyAccounts.transfer(one, two, reference: last)]
    }
}
