import Contracts
import Postgres
import ServiceHost

/// `POST /v1/accounts/{id}/freeze`, `unfreeze` and `close`.
enum ChangeAccount {
    typealias Rule = @Sendable (inout Book, AccountID, Cause) throws(LedgerRefusal) -> Void

    static let freeze: Rule = { book, id, cause throws(LedgerRefusal) in
        try book.freeze(id, for: cause)
    }
    static let unfreeze: Rule = { book, id, cause throws(LedgerRefusal) in
        try book.unfreeze(id, for: cause)
    }
    static let close: Rule = { book, id, cause throws(LedgerRefusal) in
        try book.close(id, for: cause)
    }

    /// Applies one of the rules above and answers with what the account is now.
    static func handle(
        _ rule: Rule, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let id: AccountID = try scope.id()
        var named = WorkingSet()
        named.name(id, of: scope.tenant)
        let refused = try Book.change(naming: named, in: tx) { book throws(LedgerRefusal) in
            try rule(&book, id, Cause(scope))
        }
        if let refused { return .problem(refused.ofPath) }
        return .ok(try AccountView.read(id, of: scope.tenant, in: tx))
    }
}
