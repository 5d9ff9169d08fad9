import Contracts
import Postgres
import ServiceHost

/// The ledger's contents page: what it answers, what it consumes, what it does by itself.
enum LedgerRoutes {
    static let postTransfer = "ledger.post-transfer"
    static let transfersPath = "/v1/transfers"

    static func add(
        to routes: inout Routes, database: Database, limits: EffectiveLimits
    ) {
        routes.describe(by: PackageResources.openapi_json)
        accounts(&routes)
        transfers(&routes, PostTransfers(limits: limits))
        holds(&routes)
        routes.consume(
            .ledgerCommands, operation: "ledger.commands", handler: AnswerCommands.handle)
        routes.seal(LedgerSealing.kinds)
        routes.every(.seconds(1), "ledger.expire-holds") {
            try await ExpireHolds.sweepAll(database)
        }
    }

    private static func accounts(_ routes: inout Routes) {
        routes.post("/v1/accounts", operation: "ledger.open-account", scope: .ledgerWrite) {
            (request: OpenAccount, scope, tx) in try request.handle(scope, tx)
        }
        routes.get("/v1/accounts", scope: .ledgerRead, handler: GetAccounts.list)
        routes.get("/v1/accounts/{id}", scope: .ledgerRead, handler: GetAccounts.one)
        routes.get(
            "/v1/accounts/{id}/balance", scope: .ledgerRead, locks: true,
            handler: GetBalance.handle)
        routes.get(
            "/v1/accounts/{id}/entries", scope: .ledgerRead, locks: true,
            handler: ListEntries.handle)
        routes.get(
            "/v1/accounts/{id}/statement", scope: .ledgerRead, locks: true,
            handler: GetStatement.handle)
        routes.post(
            "/v1/accounts/{id}/update", operation: "ledger.update-account", scope: .ledgerWrite
        ) {
            (request: UpdateAccount, scope, tx) in try request.handle(scope, tx)
        }
        for (verb, rule) in [
            ("freeze", ChangeAccount.freeze), ("unfreeze", ChangeAccount.unfreeze),
            ("close", ChangeAccount.close),
        ] {
            routes.post(
                "/v1/accounts/{id}/\(verb)", operation: "ledger.\(verb)-account",
                scope: .ledgerWrite
            ) {
                (_: NoInput, scope, tx) in try ChangeAccount.handle(rule, scope, tx)
            }
        }
        routes.get(
            "/v1/trial-balance", scope: .ledgerRead, locks: true, handler: GetTrialBalance.handle)
    }

    private static func transfers(_ routes: inout Routes, _ post: PostTransfers) {
        routes.post(
            transfersPath, operation: postTransfer, scope: .ledgerWrite, together: post.handle)
        // Two large ones nearly always share an account: while one is written, another one waits.
        routes.post(
            "/v1/transfers/batch", operation: "ledger.post-transfer-batch", scope: .ledgerWrite,
            bodyLimit: PostTransferBatch.bodyLimit, atOnce: 2
        ) {
            (request: PostTransferBatch, scope, tx) in try request.handle(post, scope, tx)
        }
        routes.get(transfersPath, scope: .ledgerRead, handler: GetTransfers.list)
        routes.get("/v1/transfers/{id}", scope: .ledgerRead, handler: GetTransfers.one)
        routes.post(
            "/v1/transfers/{id}/reverse", operation: "ledger.reverse-transfer", scope: .ledgerWrite
        ) {
            (request: ReverseTransferRequest, scope, tx) in try request.handle(scope, tx)
        }
    }

    private static func holds(_ routes: inout Routes) {
        routes.post("/v1/holds", operation: "ledger.place-hold", scope: .ledgerWrite) {
            (request: PlaceHoldRequest, scope, tx) in try request.handle(scope, tx)
        }
        routes.get("/v1/holds/{id}", scope: .ledgerRead, handler: GetHold.handle)
        routes.post("/v1/holds/{id}/post", operation: "ledger.post-hold", scope: .ledgerWrite) {
            (request: PostHoldRequest, scope, tx) in try request.handle(scope, tx)
        }
        routes.post("/v1/holds/{id}/void", operation: "ledger.void-hold", scope: .ledgerWrite) {
            (_: NoInput, scope, tx) in try VoidHoldRequest.handle(scope, tx)
        }
    }
}
