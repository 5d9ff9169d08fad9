import Postgres
import ServiceHost

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
