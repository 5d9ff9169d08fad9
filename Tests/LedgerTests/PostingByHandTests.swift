import Contracts
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("A posting that nobody has decided", .tags(.database))
struct PostingByHandTests {
    /// 7 from a bank to a wallet as it ought to be, for one thing in it to be spoiled.
    struct Posting {
        var bank: PostedRows.Move
        var wallet: PostedRows.Move
        /// Other accounts that it names.
        var others: [PostedRows.Move] = []
        var entries: [Entry]
        var tenant = Fixture.tenant
        var time: PostingTime

        init(
            _ bank: Account, _ wallet: Account, _ amount: Int64 = 7, walletSide: Side = .credit,
            at time: PostingTime
        ) throws {
            self.bank = .init(before: bank, after: bank)
            self.wallet = .init(before: wallet, after: wallet)
            self.time = time
            entries = []
            try post(walletSide == .credit ? .debit : .credit, amount, on: \.bank)
            try post(walletSide, amount, on: \.wallet)
        }

        /// The same of the same accounts, so many seconds later or earlier.
        func moved(recorded: Int64 = 0, effective: Int64 = 0) throws -> Posting {
            try Posting(
                bank.before, wallet.before,
                at: PostingTime(
                    recordedAt: Moment(
                        microseconds: time.recordedAt.microseconds + recorded * 1_000_000),
                    effectiveAt: Moment(
                        microseconds: time.effectiveAt.microseconds + effective * 1_000_000)))
        }

        mutating func post(
            _ side: Side, _ amount: Int64, on account: WritableKeyPath<Posting, PostedRows.Move>
        ) throws {
            let line = Line(
                account: self[keyPath: account].before.id, side: side,
                amount: Money(amount, Fixture.usd))
            try self[keyPath: account].after.post(line, time)
            entries.append(Entry(line, on: self[keyPath: account].after))
        }

        /// Writes the wallet's entry once more, after how the wallet now becomes.
        mutating func rewriteWallet() {
            entries[1] = Entry(entries[1].line, on: wallet.after)
        }

        var rows: PostedRows {
            let transfer = Transfer(
                draft: TransferDraft(id: TransferID(), lines: entries.map(\.line)),
                cause: Cause(tenant: tenant, actor: "somebody"), time: time, entries: entries)
            return PostedRows(
                accounts: [bank, wallet] + others, transfers: [transfer], metadata: [:],
                moment: time.recordedAt)
        }
    }

    struct Attempt: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let constraint: String
        let spoil: @Sendable (inout Posting) throws -> Void

        init(
            _ testDescription: String, stoppedBy constraint: String,
            _ spoil: @escaping @Sendable (inout Posting) throws -> Void
        ) {
            self.testDescription = testDescription
            self.constraint = constraint
            self.spoil = spoil
        }
    }

    static let attempts: [Attempt] = [
        Attempt("has no entries", stoppedBy: "transfer_balanced") {
            $0.entries = []
            $0.bank.after = $0.bank.before
            $0.wallet.after = $0.wallet.before
        },
        Attempt("has one side only", stoppedBy: "transfer_balanced") {
            $0.entries.removeLast()
            $0.wallet.after = $0.wallet.before
        },
        Attempt("does not balance", stoppedBy: "transfer_balanced") {
            try $0.post(.credit, 1, on: \.wallet)
        },
        Attempt("skips a version", stoppedBy: "entry_chained") {
            $0.wallet.after.version += 1
            $0.rewriteWallet()
        },
        Attempt("writes a balance that is not the sum", stoppedBy: "entry_chained") {
            $0.wallet.after.posted += 1
            $0.rewriteWallet()
        },
        Attempt("writes another balance than its entry", stoppedBy: "entry_chained") {
            $0.wallet.after.posted += 1
        },
        Attempt("sums what is displaced otherwise", stoppedBy: "entry_chained") {
            $0.wallet.after.displaced += 7
            $0.rewriteWallet()
        },
        Attempt("is dated back and displaces nothing", stoppedBy: "entry_chained") {
            $0 = try $0.moved(effective: -3_600)
            $0.wallet.after.chainAt = $0.time.effectiveAt
            $0.wallet.after.displaced = 0
            $0.rewriteWallet()
        },
        Attempt("is recorded tomorrow", stoppedBy: "entry_chained") {
            $0 = try $0.moved(recorded: 86_400, effective: 86_400)
        },
        Attempt("is recorded before what was before it", stoppedBy: "account_matches_entries") {
            $0 = try $0.moved(recorded: -86_400, effective: -86_400)
        },
        Attempt("moves an account without an entry", stoppedBy: "account_matches_entries") {
            $0.others[0].after.posted += 1
        },
        Attempt("takes an account back to an earlier entry", stoppedBy: "account_matches_entries") {
            $0.others[0].after.version -= 1
        },
        Attempt("says that an account stands otherwise", stoppedBy: "account_matches_entries") {
            $0.others[0].before.posted += 1
            $0.others[0].after.posted += 1
        },
        Attempt("says that an account stands elsewhere", stoppedBy: "account_matches_entries") {
            $0.wallet.before.place = $0.others[0].before.place
        },
        Attempt("says that an account stands nowhere", stoppedBy: "account_matches_entries") {
            $0.wallet.before.place = 1 << 40
        },
        Attempt("leaves an account out", stoppedBy: "entry_chained") {
            $0.wallet = $0.others[0]
            $0.others = []
        },
        Attempt("names an account twice", stoppedBy: "account_matches_entries") {
            $0.others = [$0.bank]
        },
        Attempt("moves another tenant's accounts", stoppedBy: "entry_chained") {
            $0.tenant = "other"
        },
        Attempt("overdraws an account", stoppedBy: "account_within_limit") {
            $0 = try Posting(
                $0.bank.before, $0.wallet.before, $0.wallet.before.posted + 1, walletSide: .debit,
                at: $0.time)
        },
    ]

    @Test("is refused by the database if it", arguments: attempts)
    func refused(_ attempt: Attempt) async throws {
        try await LedgerFixture.with { ledger in
            let accounts = try await accounts(of: ledger)
            let error = await #expect(throws: PostgresError.self) {
                try await post(on: accounts, of: ledger, attempt.spoil)
            }
            #expect(error?.constraint == attempt.constraint)
            #expect(try await ledger.balance(accounts[1]) == [100, 0])
        }
    }

    @Test("is written if it is as it ought to be")
    func sound() async throws {
        try await LedgerFixture.with { ledger in
            let accounts = try await accounts(of: ledger)
            try await post(on: accounts, of: ledger) { _ in }
            #expect(try await ledger.balance(accounts[1]) == [107, 0])
        }
    }

    @Test("is written wherever the accounts stand, if it does not say where")
    func placeless() async throws {
        try await LedgerFixture.with { ledger in
            let accounts = try await accounts(of: ledger)
            try await post(on: accounts, of: ledger) {
                $0.bank.before.place = nil
                $0.wallet.before.place = nil
            }
            #expect(try await ledger.balance(accounts[1]) == [107, 0])
        }
    }

    @Test("holds nothing on an account that is not whose it says")
    func strangersAccount() async throws {
        try await LedgerFixture.with { ledger in
            let accounts = try await accounts(of: ledger)
            let stranger = try await openStranger(ledger)
            let taken = Account(
                id: stranger.id, tenant: Fixture.tenant, kind: stranger.kind,
                currency: stranger.currency, role: nil, overdraftLimit: 10, status: .active,
                posted: 0, held: 0, version: 0, recordedAt: stranger.recordedAt,
                chainAt: stranger.chainAt, place: stranger.place)
            var held = taken
            held.held += 1
            let move = PostedRows.Move(before: taken, after: held)
            let error = await #expect(throws: PostgresError.self) {
                try await post(on: accounts, of: ledger) { $0.others = [move] }
            }
            #expect(error?.constraint == "account_matches_entries")
        }
    }

    @Test("is written together with another tenant's hold")
    func strangersHold() async throws {
        try await LedgerFixture.with { ledger in
            let accounts = try await accounts(of: ledger)
            let stranger = try await openStranger(ledger)
            let hold = Hold(
                id: HoldID(), tenant: "other", account: stranger.id, to: nil,
                amount: Money(3, Fixture.usd), payment: nil, saga: nil)
            let draft = TransferDraft(
                id: TransferID(),
                lines: [(accounts[0], Side.debit), (accounts[1], .credit)].map {
                    Line(account: $0.0, side: $0.1, amount: Money(7, Fixture.usd))
                })
            try await ledger.change {
                for account in accounts { $0.name(account, of: Fixture.tenant) }
                $0.name(stranger.id, of: "other")
            } decide: { book throws(LedgerRefusal) in
                try book.post(draft, for: Fixture.cause)
                try book.place(hold, for: Cause(tenant: "other", actor: "tester"))
            }
            #expect(try await ledger.balance(accounts[1]) == [107, 0])
            #expect(try await ledger.balance(stranger.id) == [0, 3])
        }
    }

    /// An account of another tenant, with a limit of 10.
    private func openStranger(_ ledger: LedgerFixture) async throws -> Account {
        try await ledger.database.transaction { tx in
            let request = OpenAccount(
                kind: .liability, currency: Fixture.usd,
                name: try ShortText("A stranger's", field: "name"), overdraftLimit: 10,
                metadata: nil)
            let scope = RequestScope(tenant: "other", actor: "tester", requestID: "req-1")
            _ = try request.handle(scope, tx)
            let id = AccountID(try tx.query(TestQueries.lastAccount)[0].read(0))
            var named = WorkingSet()
            named.name(id, of: "other")
            return try Book.load(named, in: tx).account(id, of: "other")
        }
    }

    /// A bank, a wallet with 100, and an account that has nothing to do with either.
    private func accounts(of ledger: LedgerFixture) async throws -> [AccountID] {
        let bank = try await ledger.open(.asset)
        let wallet = try await ledger.open()
        let other = try await ledger.open()
        try await ledger.transfer((.debit, bank, 100), (.credit, wallet, 100))
        try await ledger.transfer((.debit, bank, 50), (.credit, other, 50))
        return [bank, wallet, other]
    }

    private func post(
        on accounts: [AccountID], of ledger: LedgerFixture,
        _ spoil: @escaping @Sendable (inout Posting) throws -> Void
    ) async throws {
        try await ledger.database.transaction { tx in
            var named = WorkingSet()
            for account in accounts { named.name(account, of: Fixture.tenant) }
            let book = try Book.load(named, in: tx)
            let rows = try accounts.map { id throws in try book.account(id, of: Fixture.tenant) }
            var posting = try Posting(
                rows[0], rows[1], at: PostingTime(recordedAt: book.now, effectiveAt: book.now))
            posting.others = [.init(before: rows[2], after: rows[2])]
            try spoil(&posting)
            try posting.rows.write(in: tx)
        }
    }
}
