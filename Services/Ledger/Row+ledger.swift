import Contracts
import Money
import Postgres

/// A row holds a word that this program does not know: the schema is newer than the program.
struct LedgerRowError: Error, Equatable, CustomStringConvertible {
    let column: Int
    let word: String

    var description: String { "column \(column) holds '\(word)', which is not known here" }
}

extension Row {
    /// A column whose words are an enumeration's. Throws `LedgerRowError`, `PostgresError`.
    func word<Word: RawRepresentable<String>>(_ column: Int) throws -> Word {
        let text = try read(column, as: String.self)
        guard let word = Word(rawValue: text) else {
            throw LedgerRowError(column: column, word: text)
        }
        return word
    }

    /// A nullable column whose words are an enumeration's. Throws `LedgerRowError`,
    /// `PostgresError`.
    func optionalWord<Word: RawRepresentable<String>>(_ column: Int) throws -> Word? {
        guard try read(column, as: String?.self) != nil else { return nil }
        return try word(column) as Word
    }

    /// A currency's code. Throws `LedgerRowError`, `PostgresError`.
    func currency(_ column: Int) throws -> Currency {
        let code = try read(column, as: String.self)
        guard let currency = Currency(code) else {
            throw LedgerRowError(column: column, word: code)
        }
        return currency
    }
}
