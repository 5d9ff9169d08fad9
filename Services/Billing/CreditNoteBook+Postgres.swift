import Contracts
import FoundationEssentials
import Money
import Postgres

extension CreditNoteBook {
    /// Loads what the commands touch and locks it. Comes after the invoices, whose rows are locked
    /// then, so that what they have given back cannot change meanwhile.
    init(for commands: [CreditNoteCommand], in tx: borrowing Transaction) throws {
        var invoices: [UUID] = []
        var ended: [UUID] = []
        for command in commands {
            switch command.kind {
            case .open(let open): invoices.append(open.invoice.uuid)
            case .void(let void): ended.append(void.creditNote.uuid)
            case .settle(let settle): ended.append(settle.creditNote.uuid)
            }
        }
        if !ended.isEmpty {
            for row in try tx.query(CreditNoteQueries.lockNotes, ended) {
                add(try CreditNote(row))
            }
        }
        if !invoices.isEmpty {
            for row in try tx.query(CreditNoteQueries.given, invoices) {
                add(
                    given: PaymentParts(
                        fee: try row.read(1), tax: try row.read(2), net: try row.read(3)),
                    of: try row.id(0))
            }
        }
    }

    /// Queues the new credit notes, and the end of the voided ones. Voids go first: they make room.
    func writeOpenedAndVoided(in tx: borrowing Transaction) throws {
        let opened = Set(openings.map(\.note.id))
        let (fresh, old) = (voided.filter(opened.contains), voided.filter { !opened.contains($0) })
        if !old.isEmpty { try tx.execute(CreditNoteQueries.void, old.map(\.uuid)) }
        if !openings.isEmpty { try insertOpenings(in: tx) }
        if !fresh.isEmpty { try tx.execute(CreditNoteQueries.void, fresh.map(\.uuid)) }
    }

    private func insertOpenings(in tx: borrowing Transaction) throws {
        let notes = openings.map(\.note)
        try tx.execute(
            CreditNoteQueries.insert, notes.map(\.id.uuid), notes.map(\.tenant),
            notes.map(\.refund.uuid), openings.map(\.saga.uuid), notes.map(\.payment.uuid),
            notes.map(\.invoice.uuid), notes.map(\.amount.minorUnits),
            notes.map(\.amount.currency.code), notes.map(\.fee.minorUnits),
            notes.map(\.tax.minorUnits))
    }

    /// Gives the settled credit notes their numbers and queues their end. Like the invoices'
    /// numbers, and after them, so that two batches take both counters in the same order.
    mutating func settle(in tx: borrowing Transaction) throws {
        guard !settled.isEmpty else { return }
        let rows = try tx.query(
            CreditNoteQueries.takeNumbers, Array(settled.keys),
            settled.values.map { Int64($0.count) })
        for row in rows { number(try row.read(0), upTo: try row.read(1)) }

        let ended = try settled.values.joined().map { try known($0) }
        try tx.execute(CreditNoteQueries.settle, ended.map(\.id.uuid), ended.map(\.number))
    }
}

extension CreditNoteBook.CreditNote {
    /// Reads the columns of `CreditNoteQueries.lockNotes`.
    fileprivate init(_ row: Row) throws {
        let currency = try row.currency(6)
        self.init(
            id: try row.id(0), tenant: try row.read(1), refund: try row.id(2),
            payment: try row.id(3), invoice: try row.id(4),
            amount: Money(try row.read(5), currency), fee: Money(try row.read(7), currency),
            tax: Money(try row.read(8), currency), status: try row.status(9),
            number: try row.read(10))
    }
}
