import Contracts
import Postgres
import ServiceHost

/// `POST /v1/transfers/batch`: up to a thousand transfers in one request and one transaction.
struct PostTransferBatch: Codable, Sendable {
    enum Mode: String, Codable, Sendable {
        /// All of them or none.
        case atomic
        /// Each on its own: some may be refused.
        case each
    }

    /// What is said of a transfer that was posted.
    enum Form: String, Codable, Sendable {
        /// All of it, as if it were posted alone.
        case transfers
        /// Its id, for those who read nothing back.
        case ids
    }

    /// One transfer of the batch, as `POST /v1/transfers` would take it.
    struct Item: Codable, Sendable {
        /// In mode `each`: like the header of a transfer sent alone, and the same key there and
        /// here is the same transfer.
        let idempotencyKey: String?
        let transfer: PostTransfer

        private enum CodingKeys: String, CodingKey { case idempotencyKey }

        init(idempotencyKey: String? = nil, transfer: PostTransfer) {
            self.idempotencyKey = idempotencyKey
            self.transfer = transfer
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            idempotencyKey = try container.decodeIfPresent(String.self, forKey: .idempotencyKey)
            transfer = try PostTransfer(from: decoder)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(idempotencyKey, forKey: .idempotencyKey)
            try transfer.encode(to: encoder)
        }
    }

    static let maximumItems = 1_000
    static let bodyLimit = 2 * 1024 * 1024

    /// `each`, if not given.
    let mode: Mode?
    /// `transfers`, if not given.
    let answer: Form?
    let transfers: [Item]

    func handle(
        _ post: PostTransfers, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        try check()
        switch mode ?? .each {
        case .atomic: return try postAll(post, scope, tx)
        case .each: return try postEach(post, scope, tx)
        }
    }

    private func check() throws(Problem) {
        guard (1...Self.maximumItems).contains(transfers.count) else {
            throw .invalidField("transfers", "There must be 1 to \(Self.maximumItems) of them.")
        }
        for (index, item) in transfers.enumerated() {
            guard item.transfer.dryRun != true else {
                throw .invalidField("transfers[\(index)].dry_run", "A batch is not rehearsed.")
            }
            guard mode != .atomic || item.idempotencyKey == nil else {
                throw .invalidField(
                    "transfers[\(index)].idempotency_key",
                    "An atomic batch has one key, that of the request.")
            }
        }
    }

    /// The first refusal is the answer, and then nothing is recorded.
    private func postAll(
        _ post: PostTransfers, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        var posting = try Posting(
            transfers.map { ($0.transfer, scope) }, limits: post.limits, in: tx)
        // Nothing is posted yet that might have to be posted once more.
        _ = try posting.lockRest(in: tx)
        var results: [BatchResult] = []
        for index in transfers.indices {
            let answer = try posting.post(index)
            if var problem = answer.problem {
                problem.field = "transfers[\(index)]"
                return .problem(problem)
            }
            results.append(try result(of: answer, isKept: false, scope))
        }
        try posting.record(in: tx)
        return .written(status: 201, json: BatchResult.body(of: results, as: form))
    }

    private func postEach(
        _ post: PostTransfers, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let keyed = transfers.indices.filter { transfers[$0].idempotencyKey != nil }
        let keys = KeyedRequests(
            operation: LedgerRoutes.postTransfer,
            requests: try keyed.map { index in
                try KeyedRequests.Request(
                    tenant: scope.tenant, key: transfers[index].idempotencyKey,
                    input: transfers[index].transfer, path: LedgerRoutes.transfersPath,
                    field: "transfers[\(index)].idempotency_key")
            })
        var results = [BatchResult?](repeating: nil, count: transfers.count)
        var named: Set<String> = []
        for (index, admission) in zip(keyed, try keys.admit(in: tx)) {
            let isFirst = transfers[index].idempotencyKey.map { named.insert($0).inserted } ?? true
            // Somebody else is about to answer it, or to give it up: what this batch would say of it
            // would be kept under the batch's own key. Nothing is, and it may come again.
            if isFirst, admission.isInProgress { throw KeyedRequests.inProgress }
            results[index] = try BatchResult(admission, requestID: scope.requestID)
        }
        let fresh = transfers.indices.filter { results[$0] == nil }
        let answers = try post.handle(fresh.map { (transfers[$0].transfer, scope) }, tx)
        for (index, answer) in zip(fresh, answers) {
            let isKept = transfers[index].idempotencyKey != nil
            results[index] = try result(of: answer, isKept: isKept, scope)
        }
        let freshOnes = Set(fresh)
        try keys.record(
            keyed.map { freshOnes.contains($0) ? results[$0]?.answer : nil }, in: tx)
        return .written(
            status: 200, json: BatchResult.body(of: results.compactMap { $0 }, as: form))
    }

    private var form: Form { answer ?? .transfers }

    /// A transfer that nobody will be shown, neither now nor under its key, is not written out.
    private func result(
        of answer: Answer, isKept: Bool, _ scope: RequestScope
    ) throws -> BatchResult {
        if form == .ids, !isKept, let location = answer.location.flatMap(TransferLocation.init) {
            return BatchResult(posted: location)
        }
        return BatchResult(try answer.kept(requestID: scope.requestID))
    }
}
