import Contracts
import FoundationEssentials
import Postgres
import Testing

@testable import Ledger
@testable import ServiceHost

extension LedgerFixture {
    func post(
        _ amount: Int64, from: AccountID, to: AccountID, effectiveAt: Date? = nil,
        reference: String? = nil
    ) async throws {
        let request = PostTransfer(
            entries: [
                .init(
                    account: from, side: .debit, amount: try Amount(amount),
                    currency: Fixture.usd),
                .init(
                    account: to, side: .credit, amount: try Amount(amount),
                    currency: Fixture.usd),
            ],
            currency: nil, reference: try reference.map { try ShortText($0, field: "reference") },
            effectiveAt: effectiveAt, dryRun: nil, metadata: nil)
        let scope = scope
        let answer = try await database.transaction { tx in
            try PostTransfers(limits: EffectiveLimits()).handle([(request, scope)], tx)[0]
        }
        if let problem = answer.problem { throw problem }
    }

    private func scope(_ account: AccountID?, _ query: [String: String]) -> RequestScope {
        RequestScope(
            tenant: Fixture.tenant, actor: "tester", requestID: "req-1",
            parameters: account.map { ["id": $0.description] } ?? [:], query: query)
    }

    /// The balance at a moment.
    func balance(
        _ account: AccountID, at moment: Date, _ axis: TimeAxis
    ) async throws -> Int64 {
        try await balance(account, ["at": RFC3339.format(moment), "axis": axis.rawValue]).posted
    }

    /// The balance of now, and the moment that it is of.
    func balance(
        _ account: AccountID, _ axis: TimeAxis
    ) async throws -> (at: Date, posted: Int64) {
        try await balance(account, ["axis": axis.rawValue])
    }

    private func balance(
        _ account: AccountID, _ query: [String: String]
    ) async throws -> (at: Date, posted: Int64) {
        struct Document: Decodable {
            let at: Date
            let posted: Int64
        }
        let scope = scope(account, query)
        let answer = try await database.transaction { tx in
            try GetBalance.handle(scope, tx).kept(requestID: "req-1")
        }
        let document = try WireJSON.decode(Document.self, from: answer.body)
        return (document.at, document.posted)
    }

    /// All entries, read in pages of three.
    func entries(
        of account: AccountID, _ axis: TimeAxis, from: Date? = nil
    ) async throws -> [EntryView] {
        let query = ["axis": axis.rawValue, "from": from.map { RFC3339.format($0) }]
            .compactMapValues { $0 }
        let range = try EntryRange(account, scope(account, query))
        return try await database.read { tx in
            var entries: [EntryView] = []
            var cursor = try EntryCursor(nil, on: axis)
            while true {
                let text = entries.isEmpty ? nil : cursor.description
                let page = try range.entries(after: text, limit: 3, in: tx)
                if page.isEmpty { return entries }
                entries += page
                cursor = EntryCursor(after: page, cursor, on: axis)
            }
        }
    }

    func statement(
        of account: AccountID, _ query: [String: String]
    ) async throws -> [UInt8] {
        let scope = scope(account, query)
        return try await database.transaction { tx in
            try GetStatement.handle(scope, tx).kept(requestID: "req-1").body
        }
    }

    func trialBalance(
        _ query: [String: String]
    ) async throws -> (debits: Int64, difference: Int64) {
        struct Document: Decodable {
            struct Line: Decodable {
                let debits: Int64
                let difference: Int64
            }
            let data: [Line]
        }
        let scope = scope(nil, query)
        let answer = try await database.transaction { tx in
            try GetTrialBalance.handle(scope, tx).kept(requestID: "req-1")
        }
        let line = try #require(try WireJSON.decode(Document.self, from: answer.body).data.first)
        return (line.debits, line.difference)
    }

    /// The code that a trial balance of now is refused with.
    func trialBalanceRefusal() async throws -> String? {
        let scope = scope(nil, [:])
        return try await database.transaction { tx in
            try GetTrialBalance.handle(scope, tx).problem?.code
        }
    }
}
