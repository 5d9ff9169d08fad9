import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// `GET /v1/accounts/{id}/statement?from=&to=&axis=&format=json|csv`: a period in one piece, for
/// which the opening balance and the lines make the closing balance.
struct GetStatement: Encodable, Sendable {
    enum Format: String, CaseIterable { case json, csv }

    /// A longer one is read page by page.
    static let maximumLines = 10_000

    let account: AccountID
    let name: String
    let currency: Currency
    let axis: TimeAxis
    @Nullable var from: Date?
    @Nullable var to: Date?
    /// Balances in minor units and in the account's normal direction.
    let opening: Int64
    let closing: Int64
    /// Sums of the lines.
    let debits: Int64
    let credits: Int64
    let lines: [EntryView]

    /// The statement does not add up: the books need looking into.
    struct Unsound: Error { let account: AccountID }

    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let format = try scope.queryWord("format", as: Format.self) ?? .json
        let account = try AccountView.read(scope.id(), of: scope.tenant, in: tx)
        let range = try EntryRange(account.id, scope)
        // Against writers of any time, so that all three readings see the same entries.
        try Settling.settle(account, until: nil, in: tx)
        let lines = try range.entries(after: nil, limit: maximumLines + 1, in: tx)
        guard lines.count <= maximumLines else {
            return .problem(LedgerRefusal.statementTooLong(over: maximumLines).problem)
        }
        let statement = try GetStatement(
            of: account, range, lines, bounds: range.bounds(in: tx))
        switch format {
        case .json: return .ok(statement)
        case .csv: return .written(status: 200, type: "text/csv; charset=utf-8", statement.csv)
        }
    }

    private init(
        of account: AccountView, _ range: EntryRange, _ lines: [EntryView],
        bounds: (opening: Int64, closing: Int64)
    ) throws {
        self.account = account.id
        name = account.name
        currency = account.currency
        axis = range.axis
        _from = Nullable(wrappedValue: range.from)
        _to = Nullable(wrappedValue: range.to)
        (opening, closing) = bounds
        self.lines = lines
        debits = lines.reduce(0) { $0 + ($1.side == .debit ? $1.amount : 0) }
        credits = lines.reduce(0) { $0 + ($1.side == .credit ? $1.amount : 0) }
        let change = account.kind.normalSide == .debit ? debits - credits : credits - debits
        guard opening + change == closing else { throw Unsound(account: account.id) }
    }

    /// RFC 4180: an opening line, the entries, a closing line. Amounts are minor units.
    private var csv: [UInt8] {
        var rows = [
            "line,effective_at,recorded_at,transfer,reference,debit,credit,balance,currency",
            "opening,\(range(from)),,,,,,\(opening),\(currency)",
        ]
        for line in lines {
            let fields = [
                "\(line.version)", RFC3339.format(line.effectiveAt), RFC3339.format(line.createdAt),
                "\(line.transfer)", quoted(line.reference ?? ""),
                line.side == .debit ? "\(line.amount)" : "",
                line.side == .credit ? "\(line.amount)" : "", "\(line.balanceAfter)",
                "\(line.currency)",
            ]
            rows.append(fields.joined(separator: ","))
        }
        rows.append("closing,\(range(to)),,,,\(debits),\(credits),\(closing),\(currency)")
        return Array((rows.joined(separator: "\r\n") + "\r\n").utf8)
    }

    private func range(_ time: Date?) -> String { time.map(RFC3339.format) ?? "" }

    /// As a field that may hold anything. A leading sign of a formula is disarmed, because
    /// spreadsheets run it.
    private func quoted(_ text: String) -> String {
        let isFormula = text.first.map { "=+-@\t\r".contains($0) } ?? false
        let safe = isFormula ? "'" + text : text
        guard safe.contains(where: { ",\"\r\n".contains($0) }) else { return safe }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }
}
