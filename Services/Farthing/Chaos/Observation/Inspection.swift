import FoundationEssentials
import LocalStack
import Logging
import Postgres

/// Gathers, when all is quiet, what the system has to say for itself.
struct Inspection: Sendable {
    let environment: StackEnvironment
    let payments: APIClient
    let ledger: APIClient
    let market: Marketplace
    /// For how long a lookup is tried again that is not answered.
    private static let patience = Duration.seconds(20)
    private static let lookupsAtOnce = 8

    /// Everything that is asked of the services and their databases. What cannot be looked at is
    /// a gap in the facts.
    func facts(of operations: [Operation]) async -> Facts {
        var facts = Facts(market: market)
        facts.operations = operations
        for (operation, found) in await lookUp(operations) {
            switch operation.action {
            case .pay: facts.payments[operation.name] = found?.map(Facts.Payment.init)
            case .refund: facts.refunds[operation.name] = found?.map(Facts.Refund.init)
            case .cancel: break
            }
        }
        do {
            facts.balances = try await balances(facts)
        } catch {
            facts.gaps.append("no balances: \(error)")
        }
        return facts
    }

    /// The ids of all rows of a service's outbox. Throws `PostgresError`.
    static func outbox(_ database: Database) async throws -> [UUID] {
        try await database.read { tx in
            try tx.query(outboxIDs).map { try $0.read(0) }
        }
    }

    private static let outboxIDs = Statement("SELECT id FROM outbox")

    /// What the services know of each operation, by its reference; `nil` if they do not say.
    private func lookUp(
        _ operations: [Operation]
    ) async -> [(operation: Operation, found: [JSON]?)] {
        await withTaskGroup(of: [(Operation, [JSON]?)].self) { group in
            for worker in 0..<Self.lookupsAtOnce {
                group.addTask {
                    var known: [(Operation, [JSON]?)] = []
                    for number in stride(
                        from: worker, to: operations.count, by: Self.lookupsAtOnce)
                    {
                        let operation = operations[number]
                        guard let list = operation.action.list else { continue }
                        let answer = try? await get(payments, "\(list)?reference=\(operation.name)")
                        known.append((operation, answer?["data"].elements))
                    }
                    return known
                }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func balances(_ facts: Facts) async throws -> [Facts.Balance] {
        let books = ClientBooks(facts)
        var balances: [Facts.Balance] = []
        for account in market.wallets.map(\.account) {
            let answer = try await get(ledger, "/v1/accounts/\(account)")
            balances.append(
                Facts.Balance(
                    account: account, posted: answer["balance"]["posted"].integer ?? .min,
                    pendingOut: answer["balance"]["pending_out"].integer ?? .min,
                    expected: books.balances[account] ?? 0))
        }
        return balances
            + [
                try await operatorBalance("fees", expected: books.fees),
                try await operatorBalance("tax", expected: books.tax),
            ]
    }

    /// The operator's own account, which the API finds by its role only.
    private func operatorBalance(
        _ role: String, expected: Int64
    ) async throws -> Facts.Balance {
        let database = try Self.open(environment.ledgerDatabase)
        let balance = try await database.read { tx in
            let row = try tx.query(Self.operatorAccount, role).first
            return Facts.Balance(
                account: role, posted: try row?.read(0) ?? 0, pendingOut: try row?.read(1) ?? 0,
                expected: expected)
        }
        await database.close()
        return balance
    }

    private static let operatorAccount = Statement(
        "SELECT posted, held FROM account WHERE role = $1 AND currency = 'USD'")

    /// A small pool for looking at one of the databases. Throws `PostgresError`.
    static func open(_ url: String) throws -> Database {
        var configuration = Database.Configuration(url: url)
        configuration.connections = 1
        configuration.applicationName = "farthing chaos"
        configuration.connectTimeout = .seconds(2)
        configuration.statementTimeout = .seconds(60)
        configuration.replyTimeout = .seconds(90)
        return try Database(
            configuration, logger: Logger(label: "farthing.chaos") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// Asks until the service is able to answer. Throws what it said last, or its refusal.
    private func get(_ api: APIClient, _ path: String) async throws -> JSON {
        let deadline = ContinuousClock.now + Self.patience
        while true {
            do {
                let answer = try await api.get(path)
                if answer.status < 500 || ContinuousClock.now >= deadline {
                    return try answer.successful()
                }
            } catch  where ContinuousClock.now < deadline && !(error is LocalStackError) {}
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}

extension Operation.Action {
    /// The list in which its outcome is found by its reference.
    fileprivate var list: String? {
        switch self {
        case .pay: "/v1/payments"
        case .refund: "/v1/refunds"
        case .cancel: nil
        }
    }
}

extension Facts.Payment {
    init(_ json: JSON) {
        self.init(
            id: json["id"].string ?? "", status: json["status"].string ?? "",
            amount: json["amount"].integer ?? 0, currency: json["currency"].string ?? "",
            source: json["source"].string ?? "", destination: json["destination"].string ?? "",
            fee: json["fee"].integer ?? 0,
            tax: json["tax"].integer ?? 0, amountRefunded: json["amount_refunded"].integer ?? 0,
            failureCode: json["failure"]["code"].string ?? "")
    }
}

extension Facts.Refund {
    init(_ json: JSON) {
        self.init(
            id: json["id"].string ?? "", payment: json["payment"].string ?? "",
            status: json["status"].string ?? "", amount: json["amount"].integer ?? 0)
    }
}
