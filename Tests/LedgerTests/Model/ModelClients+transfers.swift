import Contracts
import FoundationEssentials
import Money
import Postgres
import Testing

@testable import Ledger
@testable import ServiceHost

extension ModelClients {
    /// A transfer of its own, which is gathered with others.
    func post(
        _ movement: Model.Movement, key: String, isRehearsal: Bool = false
    ) async throws -> Reply {
        let request = try movement.request(isRehearsal: isRehearsal)
        let once = IdempotentRequest(
            tenant: Fixture.tenant, operation: LedgerRoutes.postTransfer, key: key,
            hash: try IdempotentRequest.hash(of: request, at: LedgerRoutes.transfersPath))
        return try Reply(
            try await gathering.perform(.init(once: once, input: request, scope: scope())))
    }

    /// Many in one request.
    func batch(
        _ mode: PostTransferBatch.Mode, _ form: PostTransferBatch.Form, _ items: [Item]
    ) async throws -> [Verdict] {
        let request = PostTransferBatch(
            mode: mode, answer: form, transfers: try items.map { try $0.request() })
        let once = IdempotentRequest(
            tenant: Fixture.tenant, operation: "ledger.post-transfer-batch",
            key: UUID().uuidString, hash: [1])
        let reply = try await ask(request, once)
        let again = try await ask(request, once)
        #expect(again.isReplayed && again.body == reply.body)
        let results = reply.isGranted ? try WireJSON.decode(Results.self, from: reply.body) : nil
        let ids = results?.results.map { $0.id ?? $0.transfer?.id }
        switch mode {
        case .atomic:
            let actions = items.enumerated().map { index, item in
                Model.Action.move(ids?[index] ?? TransferID(), item.movement)
            }
            return [settle(actions, reply.isGranted)]
        case .each:
            let answered = try #require(results).results
            return zip(items, answered).compactMap { item, result in
                let id = result.id ?? result.transfer?.id
                switch item {
                case .again(let answered):
                    #expect(result.replayed && result.status == answered.status)
                    #expect(id == answered.transfer)
                    return nil
                case .fresh(let movement, let key):
                    #expect(!result.replayed)
                    let id = id ?? TransferID()
                    if let key { remember(movement, under: key, result.status, id) }
                    return settle([.move(id, movement)], result.status < 300)
                }
            }
        }
    }

    private struct Results: Decodable {
        struct Result: Decodable {
            struct Transfer: Decodable { let id: TransferID }
            let status: Int
            let replayed: Bool
            let transfer: Transfer?
            let id: TransferID?
        }
        let results: [Result]
    }

    private func ask(
        _ request: PostTransferBatch, _ once: IdempotentRequest
    ) async throws -> Reply {
        let scope = scope()
        let posting = posting
        return try Reply(
            try await once.perform(in: ledger.database, scope) { tx in
                try request.handle(posting, scope, tx)
            })
    }
}

extension ModelClients.Reply {
    fileprivate init(_ outcome: IdempotentRequest.Outcome) throws {
        guard case .answered(let answer, let isReplayed) = outcome else {
            throw HostError(.misuse, "a transfer is not answered at once")
        }
        self.init(status: answer.status, body: answer.body, isReplayed: isReplayed)
    }
}

extension ModelClients.Item {
    var movement: ReferenceLedger.Movement {
        switch self {
        case .fresh(let movement, _): movement
        case .again(let answered): answered.movement
        }
    }

    fileprivate func request() throws -> PostTransferBatch.Item {
        switch self {
        case .fresh(let movement, let key):
            PostTransferBatch.Item(idempotencyKey: key, transfer: try movement.request())
        case .again(let answered):
            PostTransferBatch.Item(
                idempotencyKey: answered.key, transfer: try answered.movement.request())
        }
    }
}

extension ReferenceLedger.Movement {
    /// A currency that all entries have is named once.
    fileprivate func request(isRehearsal: Bool = false) throws -> PostTransfer {
        let currencies = Set(parts.map(\.currency))
        let common = currencies.count == 1 ? currencies.first : nil
        return PostTransfer(
            entries: try parts.map { try $0.entry(namesCurrency: common == nil) },
            currency: common,
            reference: try reference.map { try ShortText($0, field: "reference") },
            effectiveAt: effectiveAt?.date, dryRun: isRehearsal ? true : nil, metadata: nil)
    }
}

extension ReferenceLedger.Part {
    func entry(namesCurrency: Bool) throws -> PostTransfer.EntryInput {
        .init(
            account: account, side: side, amount: try Amount(amount),
            currency: namesCurrency ? currency : nil)
    }
}
