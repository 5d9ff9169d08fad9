import Contracts
import Foundation
import LocalStack
import Logging
import Postgres
import TestSupport
import Testing

extension Conversation {
    /// What every process answers, to strangers and to operators.
    func speakOfHosts() async throws {
        for service in ServiceAPI.allCases {
            for path in ["/livez", "/readyz", "/metrics"] {
                #expect(try await get(service, path).status == 200)
            }
            let document = try await get(service, "/openapi.json")
            let tag = try #require(document.headers["etag"])
            _ = try await get(service, "/openapi.json", headers: ["If-None-Match": tag])
            let lines = try await get(service, "/v1/audit?limit=1")
            let cursor = try #require(lines.body["next_cursor"].string)
            _ = try await get(service, "/v1/audit?cursor=\(cursor)&actor=nobody")
            try await eventually("something is sealed") {
                try await get(service, "/v1/audit/checkpoint").status == 200
            }
        }
    }

    /// Messages that the ledger could not process: undos that can be replayed, and one that is
    /// nothing at all.
    func speakOfDeadLetters() async throws {
        let database = try Database(
            Database.Configuration(url: stack.environment.ledgerDatabase),
            logger: Logger(label: "openapi-tests"))
        let account = AccountID()
        for offset in 0..<3 { try await setAside(undo(of: account), offset, in: database) }
        try await setAside(nil, 3, in: database)
        await database.close()

        let path = "/v1/dead-letters"
        let letters = try await get(.ledger, path).successful()["data"].elements
        let ids = letters.compactMap { $0["id"].integer }
        try #require(ids.count == 4)
        _ = try await get(.ledger, path + "?limit=1&topic=ledger.commands.v1")
        _ = try await get(.ledger, path + "/\(ids[0])")
        _ = try await post(.ledger, path + "/\(ids[1])/replay")
        #expect(try await post(.ledger, path + "/\(ids[0])/replay").status == 200)
        _ = try await post(.ledger, path + "/\(ids[0])/replay")
        _ = try await post(.ledger, path + "/\(ids[3])/replay")
        _ = try await post(.ledger, path + "/\(ids[3])/discard", ["reason": "nonsense"])
        for _ in 0..<2 {
            _ = try await post(
                .ledger, path + "/replay",
                ["topic": "ledger.commands.v1", "key": .string(account.description)])
        }
    }

    /// Gives back a hold that never was, for a saga that never was: there is nothing to do.
    private func undo(of account: AccountID) throws -> Envelope {
        try Envelope(
            VoidHold(hold: HoldID(), source: account), source: "/farthing/payment",
            tenant: "demo",
            saga: SagaAddress(saga: SagaID(), step: "place-hold", direction: .compensation))
    }

    private func setAside(
        _ envelope: Envelope?, _ offset: Int, in database: Database
    ) async throws {
        var headers = [EnvelopeHeader.tenant: "demo"]
        if let envelope {
            headers[EnvelopeHeader.id] = envelope.id.lowercased
            headers[EnvelopeHeader.type] = envelope.type
            headers[EnvelopeHeader.time] = RFC3339.format(envelope.time)
            for header in envelope.storedHeaders { headers[header.name] = header.value }
        }
        let text = JSONText(try WireJSON.encode(headers))
        try await database.transaction { tx in
            try tx.execute(
                Self.setAside, Int64(offset), envelope.map { Array($0.key.utf8) }, text,
                envelope?.payload ?? [0xFF as UInt8], envelope == nil ? "undecodable" : "poison")
        }
    }

    private static let setAside = Statement(
        """
        INSERT INTO dead_letters (topic, partition, "offset", key, headers, payload, kind, reason)
        VALUES ('ledger.commands.v1', 9, $1, $2, $3, $4, $5, 'set aside by a test')
        """)
}
