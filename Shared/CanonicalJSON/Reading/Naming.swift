/// What the names of an object are to those of the program.
enum Naming {
    /// Data, and the same in both.
    case same
    /// In snake case, and taken as Foundation takes it: `tax_bp`, `tax__bp` and `taxBp` are one name.
    case snakeCase
    /// In snake case as we write it: a stranger's `taxBp` is another name than `tax_bp`.
    case exactSnakeCase

    /// Whether a name is this one of the program's.
    @inline(__always)
    func isName(_ name: Text, of wanted: Text) -> Bool {
        switch self {
        case .same: name.elementsEqual(wanted)
        case .snakeCase: SnakeCase.isName(name, of: wanted)
        case .exactSnakeCase: SnakeCase.isWritten(name, for: wanted)
        }
    }
}
