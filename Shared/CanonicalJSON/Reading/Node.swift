/// One thing that a text says, in the order of the text: an object is followed by its members, each
/// of which is a name and then a value; an array by its elements.
struct Node {
    enum Kind: UInt8 {
        case null, no, yes
        /// Digits, with or without a minus.
        case integer
        /// A number with a fraction or an exponent.
        case number
        case string
        /// A string in which something stands for something else.
        case escapedString
        case array, object
    }

    let kind: Kind
    /// Where in the text it begins; a string after its quote.
    let start: UInt32
    /// Bytes of a string or a number; elements of an array, members of an object.
    var length: UInt32 = 0
    /// The node after it and all that is in it.
    var end: UInt32

    var bytes: Range<Int> { Int(start)..<Int(start) + Int(length) }
}
