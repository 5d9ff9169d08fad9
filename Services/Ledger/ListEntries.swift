import Contracts
import FoundationEssentials
import Money
import Postgres
import ServiceHost

/// One line of an account's statement.
struct EntryView: Encodable, Sendable {
    let transfer: TransferID
    @Nullable var reference: String?
    let side: Side
    let amount: Int64
    let currency: Currency
    /// The running balance on the axis of the list, in the account's normal direction.
    let balanceAfter: Int64
    /// 1, 2, 3 … in the order of recording.
    let version: Int64
    let effectiveAt: Date
    /// When it was recorded.
    let createdAt: Date

    /// Reads the columns of `EntryQueries.known` and `EntryQueries.effective`.
    init(row: Row) throws {
        transfer = TransferID(try row.read(0))
        _reference = Nullable(wrappedValue: try row.read(1))
        side = try row.word(2)
        amount = try row.read(3)
        currency = try row.currency(4)
        balanceAfter = try row.read(5)
        version = try row.read(6)
        effectiveAt = try row.read(7)
        createdAt = try row.read(8)
    }
}

/// A part of an account's entries: oldest first on one axis, from `from` until before `to`.
struct EntryRange: Sendable {
    let account: AccountID
    let axis: TimeAxis
    let from: Date?
    let to: Date?

    init(_ account: AccountID, _ scope: RequestScope) throws(Problem) {
        self.account = account
        axis = try scope.axis()
        from = try scope.time("from")
        to = try scope.time("to")
    }

    /// At most `limit` entries after a cursor. Throws 400 for a cursor that is not one of ours.
    func entries(
        after cursor: String?, limit: Int, in tx: borrowing Transaction
    ) throws -> [EntryView] {
        let after = try EntryCursor(cursor, on: axis)
        let rows =
            switch axis {
            case .known:
                try tx.query(
                    EntryQueries.known, account.uuid, from, to, after.count, Int64(limit))
            case .effective:
                try tx.query(
                    EntryQueries.effective, account.uuid, after.moment?.date ?? from, to,
                    after.count, Int64(limit))
            }
        return try rows.map(EntryView.init(row:))
    }

    /// The balances right before `from` and right before `to`.
    func bounds(in tx: borrowing Transaction) throws -> (opening: Int64, closing: Int64) {
        let rows = try tx.query(EntryQueries.bounds, account.uuid, from, to, axis.rawValue)
        guard let row = rows.first else { throw Problem.notFound }
        return (try row.read(0), try row.read(1))
    }
}

/// Where a page of entries ended. On the known axis that is a version. On the effective axis many
/// entries may share a moment, so it is a moment and how many entries of it were shown.
struct EntryCursor: Equatable, Sendable, CustomStringConvertible {
    var moment: Moment?
    var count: Int64 = 0

    /// Throws 400.
    init(_ text: String?, on axis: TimeAxis) throws(Problem) {
        guard let text else { return }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
        switch (axis, parts.count) {
        case (.known, 1):
            guard let version = parts[0], version >= 0 else { throw Self.notOurs }
            count = version
        case (.effective, 2):
            guard let microseconds = parts[0], let shown = parts[1],
                Moment.range.contains(Moment(microseconds: microseconds)),
                (0...Int64(Int32.max)).contains(shown)
            else { throw Self.notOurs }
            moment = Moment(microseconds: microseconds)
            count = shown
        default: throw Self.notOurs
        }
    }

    /// After these entries, of which the first came after `previous`.
    init(
        after entries: some BidirectionalCollection<EntryView>, _ previous: Self, on axis: TimeAxis
    ) {
        guard let last = entries.last else {
            self = previous
            return
        }
        switch axis {
        case .known: count = last.version
        case .effective:
            let moment = Moment(last.effectiveAt)
            let shown = entries.reversed().prefix { Moment($0.effectiveAt) == moment }.count
            let carriesOn = shown == entries.count && previous.moment == moment
            self.moment = moment
            count = Int64(shown) + (carriesOn ? previous.count : 0)
        }
    }

    var description: String {
        moment.map { "\($0.microseconds).\(count)" } ?? "\(count)"
    }

    private static let notOurs = Problem.invalidParameter(
        "cursor", "'cursor' must be a 'next_cursor' of this list.")
}

/// `GET /v1/accounts/{id}/entries?from=&to=&axis=`: page by page, with the running balance.
enum ListEntries {
    static func handle(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let account = try AccountView.read(scope.id(), of: scope.tenant, in: tx)
        let range = try EntryRange(account.id, scope)
        let page = try scope.page()
        if range.axis == .known { try Settling.settle(account, until: range.to, in: tx) }
        let fetched = try range.entries(after: page.cursor, limit: page.limit + 1, in: tx)
        let shown = fetched.prefix(page.limit)
        let end = EntryCursor(
            after: shown, try EntryCursor(page.cursor, on: range.axis), on: range.axis)
        return .ok(
            PageOf(
                data: Array(shown),
                nextCursor: fetched.count > shown.count ? end.description : nil))
    }
}
