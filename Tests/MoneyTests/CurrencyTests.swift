import FoundationEssentials
import Money
import Testing

@Suite("Currencies and money as JSON")
struct CurrencyTests {
    @Test(
        "a code of ISO 4217 has the digits of its minor unit",
        arguments: [("USD", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("EUR", 2)])
    func known(code: String, exponent: Int) throws {
        let currency = try #require(Currency(code))
        #expect(currency.code == code)
        #expect(currency.exponent == exponent)
    }

    @Test(
        "what is not an active code is no currency",
        arguments: ["", "usd", "US", "USDT", "XXX", "XAU", "DEM", "U$D", "ＵＳＤ"])
    func unknown(code: String) {
        #expect(Currency(code) == nil)
    }

    @Test("money reads back what it wrote")
    func roundTrip() throws {
        let money = Money(1050, try #require(Currency("USD")))
        let bytes = try JSONEncoder().encode(money)
        #expect(try JSONDecoder().decode(Money.self, from: bytes) == money)
    }

    @Test(
        "money with a fraction, a string or an unknown currency is not read",
        arguments: [
            #"{"minorUnits":10.5,"currency":"USD"}"#, #"{"minorUnits":"10","currency":"USD"}"#,
            #"{"minorUnits":10,"currency":"XYZ"}"#, #"{"minorUnits":10}"#,
            #"{"minorUnits":9223372036854775808,"currency":"USD"}"#,
        ])
    func malformed(json: String) {
        #expect(throws: DecodingError.self) {
            try JSONDecoder().decode(Money.self, from: Data(json.utf8))
        }
    }
}
