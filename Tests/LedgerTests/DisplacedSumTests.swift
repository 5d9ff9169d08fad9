import Contracts
import FoundationEssentials
import Money
import Postgres
import TestSupport
import Testing

@testable import Ledger
@testable import ServiceHost

@Suite("Sums of what was dated back", .tags(.database))
struct DisplacedSumTests {
    private static let noon = Date(timeIntervalSince1970: 1_780_000_000)
    private static let between = noon.addingTimeInterval(3_600)
    private static let midnight = noon.addingTimeInterval(43_200)

    @Test("may be larger than a balance can be: it is posted, with all that comes along")
    func postings() async throws {
        try await Self.withSumsAtTheLimit { ledger, bank, wallet in
            let requests = [Self.noon, nil, Self.midnight].map {
                Self.transfer(10, from: bank, to: wallet, effectiveAt: $0)
            }
            let scope = ledger.scope
            let statuses = try await ledger.database.transaction { tx in
                try PostTransfers(limits: EffectiveLimits())
                    .handle(requests.map { ($0, scope) }, tx)
                    .map { try $0.kept(requestID: "req-1").status }
            }
            #expect(statuses == [201, 201, 201])
            for account in [bank, wallet] {
                #expect(try await ledger.balance(account, .known).posted == 130)
                #expect(try await ledger.balance(account, .effective).posted == 130)
                #expect(try await ledger.balance(account, at: .distantPast, .effective) == 0)
            }
        }
    }

    @Test("are not told where they are, as a balance, in a list, a statement or a trial balance")
    func questions() async throws {
        try await Self.withSumsAtTheLimit { ledger, bank, wallet in
            #expect(
                try await ledger.balance(wallet, at: Self.between, .effective) == Int64.max - 5)
            try await ledger.post(10, from: bank, to: wallet, effectiveAt: Self.noon)
            let moment = RFC3339.format(Self.between)
            await expectOverflow {
                _ = try await ledger.balance(wallet, at: Self.between, .effective)
            }
            await expectOverflow {
                _ = try await ledger.entries(of: wallet, .effective, from: Self.between)
            }
            await expectOverflow {
                _ = try await ledger.statement(of: wallet, ["from": moment])
            }
            await expectOverflow {
                _ = try await ledger.trialBalance(["at": moment])
            }
            #expect(try await ledger.balance(wallet, at: Self.between, .known) == 0)
            #expect(try await ledger.entries(of: wallet, .known).count == 4)
        }
    }

    @Test("are refused where all of an account's together are too large, and nothing else is")
    func whole() throws {
        var account = Fixture.account(.liability)
        account.displaced = .max - 5
        account.chainAt = Moment(microseconds: 100)
        let bank = Fixture.account(.asset)
        var book = Book(accounts: [account, bank], lockedAt: Moment(microseconds: 200))
        var back = Fixture.transfer((.debit, bank, 10), (.credit, account, 10))
        back.effectiveAt = Moment(microseconds: 50)
        let refusal = #expect(throws: LedgerRefusal.self) {
            try book.post(back, for: Fixture.cause)
        }
        #expect(refusal?.code == .balanceOverflow)
        let now = Fixture.transfer((.debit, bank, 10), (.credit, account, 10))
        try book.post(now, for: Fixture.cause)
        #expect(book.accounts[account.id]?.posted == 10)
    }

    /// A hundred of today, and one to and fro that is dated back, as if it had been so many that
    /// their sums are five short of what can be counted.
    private static func withSumsAtTheLimit(
        _ body: (LedgerFixture, _ bank: AccountID, _ wallet: AccountID) async throws -> Void
    ) async throws {
        try await LedgerFixture.with { ledger in
            let (bank, wallet) = (try await ledger.open(.asset), try await ledger.open())
            try await ledger.post(100, from: bank, to: wallet)
            try await ledger.post(1, from: bank, to: wallet, effectiveAt: noon)
            try await ledger.post(1, from: wallet, to: bank, effectiveAt: midnight)
            try Connection(url: ledger.testDatabase.superuserURL).execute(
                "UPDATE displacement SET amount = sign(amount::numeric) * 9223372036854775802")
            try await body(ledger, bank, wallet)
        }
    }

    private static func transfer(
        _ amount: Int64, from: AccountID, to: AccountID, effectiveAt: Date?
    ) -> PostTransfer {
        PostTransfer(
            entries: [(from, Side.debit), (to, .credit)].compactMap { account, side in
                (try? Amount(amount)).map { .init(account: account, side: side, amount: $0) }
            },
            currency: Fixture.usd, reference: nil, effectiveAt: effectiveAt, dryRun: nil,
            metadata: nil)
    }

    private func expectOverflow(_ ask: () async throws -> Void) async {
        let problem = await #expect(throws: Problem.self) { try await ask() }
        #expect(problem?.status == 422 && problem?.code == "balance-overflow")
    }
}
